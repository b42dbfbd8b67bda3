"""Rendering and caching of vector tiles for their route."""
