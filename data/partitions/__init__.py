"""Partitions: validate and repair polygons that should tile an area."""
