"""Geometry of files: converted to WGS 84 and to the required type, validated, and repaired."""
