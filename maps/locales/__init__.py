"""The texts of pages, one set per language."""
