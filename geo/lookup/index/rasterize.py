"""Give every cell its value: a grid, a sketch, a record, or a finer raster of its own."""

from typing import NamedTuple

import numpy as np

from geo.lookup.index.edge_raster import Rasters
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.exact_cell import write_record
from geo.lookup.index.growable_array import Tape, make_room
from geo.lookup.index.jit import kernel
from geo.lookup.index.quantize import draw_sketch
from geo.lookup.index.quantized_cell import SIZE
from geo.lookup.index.sweep import go_east, go_north

SKETCH, RECORD, BRICK = 0, 1, 2
"""What a cell that names no grid refers to."""


class Cells(NamedTuple):
    """The values of rasters' cells, and what was written on the way.

    `inner` are the grids that cover the corners of the bricks, `inner_first` where each one's are.
    `crossed` is a grid that was met twice over or less than not at all, as only one that crosses
    itself is, or NOWHERE.
    """

    values: np.ndarray
    records: Tape
    sketches: Tape
    inner: Tape
    inner_first: Tape
    crossed: int


@kernel
def encode(kind: int, number: int) -> int:
    """Return the value of a cell that names no grid: below NOWHERE, kind and number inside."""
    return -2 - (number << 2 | kind)


@kernel
def kind_of(value: int) -> int:
    """Return SKETCH, RECORD or BRICK."""
    return (-2 - value) & 3


@kernel
def number_of(value: int) -> int:
    """Return the number of the sketch or the brick, or where the record stands."""
    return (-2 - value) >> 2


@kernel
def fill(
    rasters: Rasters,
    starts: np.ndarray,
    near: np.ndarray,
    lines: np.ndarray,
    grids: int,
    limit: int,
    bricks: int,
    records: Tape,
    sketches: Tape,
) -> Cells:
    """Walk through every raster, row by row, and return its cells' values.

    `starts` and `near` say which edges are near which cell. A cell near more than `limit` edges
    becomes a brick, numbered from `bricks` on. Records and sketches are written on.
    """
    columns, rows, step = rasters.columns, rasters.rows, rasters.step
    values = np.empty(len(starts) - 1, np.int32)
    none = Tape(np.empty(1024, np.int32), 0)
    out = Cells(values, records, sketches, none, Tape(np.zeros(1024, np.int32), 1), NOWHERE)
    cover, west = np.empty((grids + 1, 2), np.int32), np.empty((grids + 1, 2), np.int32)
    for r in range(len(rasters.origins)):
        column, row = rasters.origins[r]
        size_west = 0
        for position in rasters.covers[rasters.covers_first[r] : rasters.covers_first[r + 1]]:
            west[size_west, 0], west[size_west, 1] = position, 1
            size_west += 1
        for first in range(r * rows * columns, (r + 1) * rows * columns, columns):
            for i in range(size_west):
                cover[i, 0], cover[i, 1] = west[i, 0], west[i, 1]
            y, north = step[1] + row * step[3], step[1] + (row + 1) * step[3]
            size = size_west
            for cell in range(first, first + columns):
                edges = near[starts[cell] : starts[cell + 1]]
                if len(edges) == 0:
                    values[cell] = cover[0, 0] if size else NOWHERE
                    continue
                x = step[0] + (column + cell - first) * step[2]
                east = step[0] + (column + cell - first + 1) * step[2]
                number = bricks + out.inner_first.length - 1 if len(edges) > limit else -1
                out = _refer(out, cell, number, edges, cover[:size], lines, x, y, step)
                size = go_east(cover, size, edges, lines, x, y, east)
            edges = near[starts[first] : starts[first + 1]]
            x = step[0] + column * step[2]
            size_west = go_north(west, size_west, edges, lines, x, y, north)
            row += 1
    return out


@kernel
def _refer(
    out: Cells,
    cell: int,
    brick: int,
    edges: np.ndarray,
    cover: np.ndarray,
    lines: np.ndarray,
    x: float,
    y: float,
    step: np.ndarray,
) -> Cells:
    """Let a cell with edges refer to a brick or, where that is −1, to a sketch or a record."""
    values, records, sketches, inner, inner_first, crossed = out
    for i in range(len(cover)):
        if cover[i, 1] != 1:
            crossed = cover[i, 0]
    if brick >= 0:
        values[cell] = encode(BRICK, brick)
        inner, inner_first = _note(inner, inner_first, cover[:, 0])
        return Cells(values, records, sketches, inner, inner_first, crossed)
    record, sketch = records.length, sketches.length
    records = write_record(records, edges, cover[:, 0], lines, x, y)
    box = (x, y, step[2], step[3])
    sketches = draw_sketch(sketches, record, records, edges, lines, box)
    drawn = sketches.length > sketch
    values[cell] = encode(SKETCH, sketch // SIZE) if drawn else encode(RECORD, record)
    return Cells(values, records, sketches, inner, inner_first, crossed)


@kernel
def _note(inner: Tape, inner_first: Tape, cover: np.ndarray) -> tuple[Tape, Tape]:
    """Note the grids that cover a brick's corner."""
    inner, inner_first = make_room(inner, len(cover)), make_room(inner_first, 1)
    end = inner.length + len(cover)
    for i in range(len(cover)):
        inner.numbers[inner.length + i] = cover[i]
    inner_first.numbers[inner_first.length] = end
    return Tape(inner.numbers, end), Tape(inner_first.numbers, inner_first.length + 1)
