"""Draw the cells of a lookup index over its grids, as docs/pictures/lookup-index.svg.

gridward export grids grids.parquet --area 230407003002
python scripts/index_picture.py grids.parquet
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas
import numpy as np
from numpy.typing import NDArray

from geo.lookup.index.cell_index import SUBDIVISION, CellIndex, Resolution, build
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.raster_frame import CELL_HEIGHT, CELL_WIDTH, COLUMNS, ROWS, SOUTH, WEST
from geo.lookup.index.rasterize import SUBRASTER, reference_kind, reference_number

TARGET = Path(__file__).parents[1] / "docs" / "pictures" / "lookup-index.svg"
ROOT_CELLS = 600
"""Coarser than the service would choose, so that cells are large enough to see."""
WIDTH_PX = 900
COLOURS = ("#a6cee3", "#b2df8a", "#fdbf6f", "#cab2d6", "#ffff99", "#fb9a99", "#e5c494")
"""Light colours of ColorBrewer's Paired, so that borders stand out."""


class Cell(NamedTuple):
    """A cell with its lower left corner and side in units of root cells, and its value."""

    x: float
    y: float
    side: float
    value: int


def cells(index: CellIndex) -> Iterator[Cell]:
    """Yield the cells of the root raster; where one is subdivided, its subcells instead."""
    columns, rows = int(index.frame[COLUMNS]), int(index.frame[ROWS])
    for i, value in enumerate(index.cells[: columns * rows].tolist()):
        row, column = divmod(i, columns)
        yield from _subcells(index, Cell(column, row, 1.0, value))


def _subcells(index: CellIndex, cell: Cell) -> Iterator[Cell]:
    if cell.value >= NOWHERE or reference_kind(cell.value) != SUBRASTER:
        yield cell
        return
    side = cell.side / SUBDIVISION
    first = reference_number(cell.value) * SUBDIVISION * SUBDIVISION
    for i in range(SUBDIVISION * SUBDIVISION):
        row, column = divmod(i, SUBDIVISION)
        x, y = cell.x + column * side, cell.y + row * side
        yield from _subcells(index, Cell(x, y, side, int(index.cells[first + i])))


def render_svg(index: CellIndex, grids: NDArray[np.object_]) -> str:
    """Return an SVG: cells inside one grid in the grid's colour, cells on borders white."""
    frame, columns, rows = index.frame, index.frame[COLUMNS], index.frame[ROWS]
    width = WIDTH_PX / columns
    aspect = frame[CELL_HEIGHT] / (frame[CELL_WIDTH] * np.cos(np.radians(frame[SOUTH])))
    height = width * aspect
    total_height = height * rows
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {total_height:.0f}">',
        '<g stroke="#888" stroke-width=".4">',
    ]
    for cell in cells(index):
        if cell.value == NOWHERE:
            continue
        fill = COLOURS[cell.value % len(COLOURS)] if cell.value >= 0 else "#fff"
        left, top = cell.x * width, total_height - (cell.y + cell.side) * height
        size = f'width="{cell.side * width:.2f}" height="{cell.side * height:.2f}"'
        lines.append(f'<rect x="{left:.2f}" y="{top:.2f}" {size} fill="{fill}"/>')
    lines.append('</g><g fill="none" stroke="#222" stroke-width="1.6">')
    for grid in grids:
        for polygon in getattr(grid, "geoms", [grid]):
            coords = np.array(polygon.exterior.coords) - frame[[WEST, SOUTH]]
            coords /= frame[[CELL_WIDTH, CELL_HEIGHT]]
            points = [f"{x * width:.1f},{total_height - y * height:.1f}" for x, y in coords]
            lines.append(f'<polygon points="{" ".join(points)}"/>')
    return "\n".join([*lines, "</g></svg>", ""])


def main(file: str) -> None:
    """Build the index of the grids in a GeoParquet file, and write its SVG."""
    grids = geopandas.read_parquet(file).geometry.to_numpy()
    index = build(grids, resolution=Resolution(ROOT_CELLS, 4))
    TARGET.write_text(render_svg(index, grids), "utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main(*sys.argv[1:])
