"""Turn every loop of lookups into machine code now, so that no first lookup waits for it."""

import numpy as np
import shapely

from geo.lookup.index import border_distance, cell_index, point_query


def main() -> None:
    """Ask everything there is to ask of two grids and the ground beside them."""
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    index = cell_index.build(np.array([west, east], dtype=object))
    points = np.array([[0.5, 0.5], [1.5, 0.5], [5.0, 5.0]])
    point_query.locate(index, 0.5, 0.5)
    point_query.place(index, 0.5, 0.5)
    point_query.assign(index, points)
    point_query.explain(index, points)
    border_distance.border(index, points)


if __name__ == "__main__":
    main()
