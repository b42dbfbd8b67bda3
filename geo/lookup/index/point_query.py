"""Ask the cell index which grid a point is in: one point, or millions."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geo.lookup.index.batch_decode import ANSWER, DESK, Desk, clear_desk, read_sketches
from geo.lookup.index.cell_index import SPLIT, CellIndex
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.exact_cell import INSIDE, OUTSIDE, read_record
from geo.lookup.index.jit import kernel
from geo.lookup.index.quantized_cell import HEAD, UNDECIDED, low, read_sketch
from geo.lookup.index.raster_frame import COLUMNS, PER_X, PER_Y, ROWS, WIDTH, X, Y
from geo.lookup.index.rasterize import BRICK, RECORD, SKETCH, kind_of, number_of

BLOCK = 4096
"""Points that take each step together, so that the processor fetches for several at once."""


class Method(StrEnum):
    """How a point was placed: in a grid, exactly on that grid's border, or in no grid."""

    INSIDE = "inside"
    BORDER = "border"
    OUTSIDE = "outside"


METHODS = tuple(Method)
"""The methods in the order of the numbers that `explain` gives them."""


def locate(index: CellIndex, lon: float, lat: float) -> int:
    """Return the position of the grid a point is in, or NOWHERE; as `assign`, for one point."""
    position, _ = _place(
        index.cells, index.sketches, index.records, index.lines, index.frame, lon, lat
    )
    return position


def place(index: CellIndex, lon: float, lat: float) -> tuple[int, Method]:
    """Return the position of the grid a point is in, or NOWHERE, and how it was placed."""
    position, method = _place(
        index.cells, index.sketches, index.records, index.lines, index.frame, lon, lat
    )
    return position, METHODS[method]


def assign(index: CellIndex, points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return, for each of n points (lon, lat), the position of its grid, or NOWHERE.

    Shapes (n, 2) → (n,). A point on a shared border belongs to the lowest position that covers
    it. Points that are not numbers are nowhere.
    """
    points = np.ascontiguousarray(points, np.float64).reshape(-1, 2)
    found = np.empty(len(points), np.int32)
    _assign(index.cells, index.sketches, index.records, index.lines, index.frame, points, found)
    return found


def explain(
    index: CellIndex, points: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Return the positions of n points, as `assign`, and how each was placed.

    Shapes (n, 2) → (n,), (n,). The second are places in METHODS.
    """
    points = np.ascontiguousarray(points, np.float64).reshape(-1, 2)
    positions, methods = np.empty(len(points), np.int32), np.empty(len(points), np.int8)
    _explain(
        index.cells,
        index.sketches,
        index.records,
        index.lines,
        index.frame,
        points,
        positions,
        methods,
    )
    return positions, methods


@kernel
def _explain(
    cells: np.ndarray,
    sketches: np.ndarray,
    records: np.ndarray,
    lines: np.ndarray,
    frame: np.ndarray,
    points: np.ndarray,
    positions: np.ndarray,
    methods: np.ndarray,
) -> None:
    for i in range(len(points)):
        positions[i], methods[i] = _place(
            cells, sketches, records, lines, frame, points[i, 0], points[i, 1]
        )


@kernel
def _place(
    cells: np.ndarray,
    sketches: np.ndarray,
    records: np.ndarray,
    lines: np.ndarray,
    frame: np.ndarray,
    px: float,
    py: float,
) -> tuple[int, int]:
    """The position of one point and how it was placed."""
    across = _clamp((px - frame[X]) * frame[PER_X], frame[COLUMNS] - 1.0)
    up = _clamp((py - frame[Y]) * frame[PER_Y], frame[ROWS] - 1.0)
    value = cells[int(up) * int(frame[COLUMNS]) + int(across)]
    scale = 1.0
    while value < NOWHERE:
        if kind_of(value) == BRICK:
            scale *= SPLIT
            column, row = int(across * scale) & (SPLIT - 1), int(up * scale) & (SPLIT - 1)
            value = cells[(number_of(value) * SPLIT + row) * SPLIT + column]
            continue
        if kind_of(value) == SKETCH:
            u, v = across * scale, up * scale
            grid = read_sketch(sketches[number_of(value)], u - np.floor(u), v - np.floor(v))
            if grid != UNDECIDED:
                return grid, INSIDE if grid != NOWHERE else OUTSIDE
        return _settle(sketches, records, lines, frame, scale, px, py, value)
    return value, INSIDE if value != NOWHERE else OUTSIDE


@kernel
def _clamp(value: float, most: float) -> float:
    """The value, moved into 0..most; 0 for NaN."""
    value = value if value > 0.0 else 0.0
    return value if value < most else most


@kernel
def _assign(
    cells: np.ndarray,
    sketches: np.ndarray,
    records: np.ndarray,
    lines: np.ndarray,
    frame: np.ndarray,
    points: np.ndarray,
    found: np.ndarray,
) -> None:
    """Block by block: read the root's cells, then settle the points whose cell names no grid."""
    which = np.empty(BLOCK + 1, np.int32)
    sketched, recorded, split = which.copy(), which.copy(), which.copy()
    desk = clear_desk()
    for start in range(0, len(points), BLOCK):
        block, values = points[start : start + BLOCK], found[start : start + BLOCK]
        _read_root(cells, frame, block, values)
        n = _list_open(values, which)
        scale = 1.0
        while n:
            k, m, n = _part(values, which, n, sketched, recorded, split)
            k = _ask_sketches(sketches, frame, scale, block, values, sketched, k, desk)
            _ask_records(sketches, records, lines, frame, scale, block, values, sketched, k)
            _ask_records(sketches, records, lines, frame, scale, block, values, recorded, m)
            scale *= SPLIT
            n = _read_bricks(cells, frame, scale, block, values, split, n, which)


@kernel
def _read_root(
    cells: np.ndarray, frame: np.ndarray, points: np.ndarray, values: np.ndarray
) -> None:
    """Read the root's cells. Points outside, and NaN, read the empty ones around the extent."""
    columns = int(frame[COLUMNS])
    east, north = frame[COLUMNS] - 1.0, frame[ROWS] - 1.0
    for i in range(len(points)):
        across = _clamp((points[i, 0] - frame[X]) * frame[PER_X], east)
        up = _clamp((points[i, 1] - frame[Y]) * frame[PER_Y], north)
        values[i] = cells[int(up) * columns + int(across)]


@kernel
def _list_open(values: np.ndarray, which: np.ndarray) -> int:
    """List the points whose cell names no grid; return how many."""
    n = 0
    for i in range(len(values)):
        which[n] = i
        n += int(values[i] < NOWHERE)
    return n


@kernel
def _part(
    values: np.ndarray,
    which: np.ndarray,
    n: int,
    sketched: np.ndarray,
    recorded: np.ndarray,
    split: np.ndarray,
) -> tuple[int, int, int]:
    """Part the points by what their cell refers to; return how many are of each kind."""
    a, b, c = 0, 0, 0
    for t in range(n):
        i = which[t]
        kind = kind_of(values[i])
        sketched[a], recorded[b], split[c] = i, i, i
        a, b, c = a + int(kind == SKETCH), b + int(kind == RECORD), c + int(kind == BRICK)
    return a, b, c


@kernel
def _read_bricks(
    cells: np.ndarray,
    frame: np.ndarray,
    scale: float,
    points: np.ndarray,
    values: np.ndarray,
    split: np.ndarray,
    k: int,
    which: np.ndarray,
) -> int:
    """Read the bricks' cells; list the points whose cell, again, names no grid."""
    for t in range(k):
        i = split[t]
        column = int((points[i, 0] - frame[X]) * frame[PER_X] * scale) & (SPLIT - 1)
        row = int((points[i, 1] - frame[Y]) * frame[PER_Y] * scale) & (SPLIT - 1)
        which[t] = (number_of(values[i]) * SPLIT + row) * SPLIT + column
    for t in range(k):
        values[split[t]] = cells[which[t]]
    n = 0
    for t in range(k):
        which[n] = split[t]
        n += int(values[split[t]] < NOWHERE)
    return n


@kernel
def _ask_sketches(
    sketches: np.ndarray,
    frame: np.ndarray,
    scale: float,
    points: np.ndarray,
    values: np.ndarray,
    sketched: np.ndarray,
    k: int,
    desk: Desk,
) -> int:
    """Read the sketches, a desk at a time; list the points they leave undecided."""
    n = 0
    for start in range(0, k, DESK):
        some = sketched[start : min(k, start + DESK)]
        for t in range(len(some)):
            i = some[t]
            desk.sketches[t] = number_of(values[i])
            desk.across[t] = (points[i, 0] - frame[X]) * frame[PER_X] * scale
            desk.up[t] = (points[i, 1] - frame[Y]) * frame[PER_Y] * scale
        read_sketches(sketches, desk, len(some))
        for t in range(len(some)):
            i, grid = some[t], desk.numbers[ANSWER + t]
            values[i] = values[i] if grid == UNDECIDED else grid
            sketched[n] = i
            n += int(grid == UNDECIDED)
    return n


@kernel
def _ask_records(
    sketches: np.ndarray,
    records: np.ndarray,
    lines: np.ndarray,
    frame: np.ndarray,
    scale: float,
    points: np.ndarray,
    values: np.ndarray,
    some: np.ndarray,
    k: int,
) -> None:
    """Settle points by their cells' records."""
    for t in range(k):
        i = some[t]
        values[i], _ = _settle(
            sketches, records, lines, frame, scale, points[i, 0], points[i, 1], values[i]
        )


@kernel
def _settle(
    sketches: np.ndarray,
    records: np.ndarray,
    lines: np.ndarray,
    frame: np.ndarray,
    scale: float,
    px: float,
    py: float,
    value: int,
) -> tuple[int, int]:
    """The grid of a point by the record of its cell, and how it lies in it."""
    record = number_of(value)
    if kind_of(value) == SKETCH:
        record = int(low(sketches[record, HEAD]))
    x = frame[X] + np.floor((px - frame[X]) * frame[PER_X] * scale) * (frame[WIDTH] / scale)
    return read_record(records, record, lines, px, py, x)
