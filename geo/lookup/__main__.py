"""Turn every loop of lookups into machine code now, so that no first lookup waits for it."""

import numpy as np
import shapely

from geo.lookup import border, cells, search


def main() -> None:
    """Ask everything there is to ask of two grids and the ground beside them."""
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    index = cells.build(np.array([west, east], dtype=object))
    points = np.array([[0.5, 0.5], [1.5, 0.5], [5.0, 5.0]])
    search.locate(index, 0.5, 0.5)
    search.place(index, 0.5, 0.5)
    search.assign(index, points)
    search.explain(index, points)
    border.border(index, points)


if __name__ == "__main__":
    main()
