"""Geometry on its way in: taken to WGS 84, made the right type, checked, and mended if asked."""
