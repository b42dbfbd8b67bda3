"""Import files: stage, validate and merge rows; repair and publish grids."""
