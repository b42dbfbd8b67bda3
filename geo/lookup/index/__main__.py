"""Compile every function of the cell index now, so that the first lookup does not wait for it."""

import numpy as np
import shapely

from geo.lookup.index import border_distance, cell_index, point_query


def main() -> None:
    """Call every public function on two grids, with points inside and outside them."""
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    index = cell_index.build(np.array([west, east], dtype=object))
    points = np.array([[0.5, 0.5], [1.5, 0.5], [5.0, 5.0]])
    point_query.locate(index, 0.5, 0.5)
    point_query.locate_with_method(index, 0.5, 0.5)
    point_query.assign(index, points)
    point_query.assign_with_methods(index, points)
    border_distance.find_nearest_borders(index, points)


if __name__ == "__main__":
    main()
