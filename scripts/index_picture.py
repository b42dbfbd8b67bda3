"""Draw the cells of a lookup index over the grids they name, as docs/pictures/lookup-index.svg.

gridward export grids grids.parquet --area 230407003002
python scripts/index_picture.py grids.parquet
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas
import numpy as np

from geo.lookup.index.cell_index import SPLIT, CellIndex, Grain, build
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.raster_frame import COLUMNS, HEIGHT, ROWS, WIDTH, X, Y
from geo.lookup.index.rasterize import BRICK, kind_of, number_of

TARGET = Path(__file__).parents[1] / "docs" / "pictures" / "lookup-index.svg"
ROOT_CELLS = 600
"""Coarser than the service would choose, so that cells can be seen."""
WIDE = 900
COLOURS = ("#a6cee3", "#b2df8a", "#fdbf6f", "#cab2d6", "#ffff99", "#fb9a99", "#e5c494")
"""Light, so that the borders show; of ColorBrewer's Paired."""


class Cell(NamedTuple):
    """A square of the raster, in units of the root's cells, and the value it holds."""

    x: float
    y: float
    side: float
    value: int


def cells(index: CellIndex) -> Iterator[Cell]:
    """Yield the root's cells and those of every brick, the finest only."""
    columns, rows = int(index.frame[COLUMNS]), int(index.frame[ROWS])
    for at, value in enumerate(index.cells[: columns * rows].tolist()):
        row, column = divmod(at, columns)
        yield from _within(index, Cell(column, row, 1.0, value))


def _within(index: CellIndex, cell: Cell) -> Iterator[Cell]:
    if cell.value >= NOWHERE or kind_of(cell.value) != BRICK:
        yield cell
        return
    side, first = cell.side / SPLIT, number_of(cell.value) * SPLIT * SPLIT
    for at in range(SPLIT * SPLIT):
        row, column = divmod(at, SPLIT)
        x, y = cell.x + column * side, cell.y + row * side
        yield from _within(index, Cell(x, y, side, int(index.cells[first + at])))


def svg(index: CellIndex, shapes: np.ndarray) -> str:
    """Return the picture: a cell that names a grid in its colour, one that borders cross white."""
    frame, columns, rows = index.frame, index.frame[COLUMNS], index.frame[ROWS]
    scale = WIDE / columns
    tall = scale * rows * frame[HEIGHT] / (frame[WIDTH] * np.cos(np.radians(frame[Y])))
    stretch = tall / rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall:.0f}">',
        '<g stroke="#888" stroke-width=".4">',
    ]
    for cell in cells(index):
        if cell.value == NOWHERE:
            continue
        fill = COLOURS[cell.value % len(COLOURS)] if cell.value >= 0 else "#fff"
        left, top = cell.x * scale, tall - (cell.y + cell.side) * stretch
        size = f'width="{cell.side * scale:.2f}" height="{cell.side * stretch:.2f}"'
        parts.append(f'<rect x="{left:.2f}" y="{top:.2f}" {size} fill="{fill}"/>')
    parts.append('</g><g fill="none" stroke="#222" stroke-width="1.6">')
    for shape in shapes:
        for ring in getattr(shape, "geoms", [shape]):
            corners = (np.array(ring.exterior.coords) - frame[[X, Y]]) / frame[[WIDTH, HEIGHT]]
            placed = [f"{x * scale:.1f},{tall - y * stretch:.1f}" for x, y in corners]
            parts.append(f'<polygon points="{" ".join(placed)}"/>')
    return "\n".join([*parts, "</g></svg>", ""])


def main(file: str) -> None:
    """Compile the grids of a file and draw them."""
    shapes = geopandas.read_parquet(file).geometry.to_numpy()
    index = build(shapes, grain=Grain(ROOT_CELLS, 4))
    TARGET.write_text(svg(index, shapes), "utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main(*sys.argv[1:])
