"""The map pages, the redraw pages and the login page, with the data they show."""
