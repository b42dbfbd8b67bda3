"""Plans: redrawing the grids of communities so that they go on tiling them."""
