"""Rows on their way into the register: staged, held against what is there, merged."""
