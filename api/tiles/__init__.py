"""Rendering and storing vector tiles for their route."""
