"""Everything a caller touches: HTTP routes, the command line, the web pages."""
