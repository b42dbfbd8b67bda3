"""Vector tiles: layers, tile arithmetic, MVT statements, versions and rendering."""
