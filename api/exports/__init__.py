"""Whole lists as files: workbooks and CSV in the reader's language, and GeoJSON."""
