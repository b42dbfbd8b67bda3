"""The texts of the pages in every language."""
