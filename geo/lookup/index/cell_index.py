"""Build the cell index: a raster over the extent, finer where borders crowd, that names grids."""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import Invalid
from geo.lookup.index.edge_raster import Rasters, spread
from geo.lookup.index.edges import NOWHERE, Edges, UnusableGrid, take_apart
from geo.lookup.index.growable_array import blank, cut, settle
from geo.lookup.index.quantized_cell import MOST_EDGES, ONE, SIZE
from geo.lookup.index.raster_frame import COLUMNS, HEIGHT, ROWS, WIDTH, finest, lay_out
from geo.lookup.index.rasterize import fill

SPLIT = 4
"""A cell near too many edges becomes a brick of this many columns and rows: one cache line."""

FEWEST_CELLS, MOST_CELLS = 64**2, 8 * 1024**2
"""How many cells the root raster has, unless memory is short."""

DEEPEST = 7
"""How often cells may be split: beyond, rounding would come near a cell's slack."""


MOST_GRIDS = ONE
"""So many positions have a mark (see `sketches`)."""


class IndexTooLarge(Invalid):
    """The index does not fit into the memory it may use."""

    code = "index_too_large"


@dataclass(frozen=True, eq=False)
class CellIndex:
    """Which of m grids covers a point, ready to be asked; arrays only, so it can be pickled.

    `frame` says where the root raster lies (see `frame`). `cells` holds the root's cells, row by
    row from the south-west, then the bricks, each SPLIT² cells. A cell's value is a position,
    NOWHERE, or refers to a brick, a sketch or a record (see `fill`), which stand in the arrays of
    that name. The other arrays are the borders (see `Edges`).
    """

    frame: NDArray[np.float64]
    cells: NDArray[np.int32]
    sketches: NDArray[np.int64]
    records: NDArray[np.int32]
    lines: NDArray[np.void]
    own: NDArray[np.int64]
    lent: NDArray[np.int32]
    lent_first: NDArray[np.int64]

    def __setstate__(self, state: dict[str, NDArray[Any]]) -> None:
        self.__dict__.update(state, **{name: settle(array) for name, array in state.items()})

    @property
    def nbytes(self) -> int:
        """The memory it holds."""
        return sum(getattr(self, field.name).nbytes for field in fields(self))


class Grain(NamedTuple):
    """How fine an index is: cells of the root raster, and edges that a cell may be near."""

    cells: int
    edges: int

    def coarser(self) -> "Grain":
        """Return the next grain that takes less memory."""
        return Grain(max(1, self.cells // 4), 2 * self.edges)


def build(
    grids: NDArray[np.object_], *, memory_bytes: int | None = None, grain: Grain | None = None
) -> CellIndex:
    """Return the index of m polygons or multipolygons, lowest position first where they overlap.

    None and empty shapes cover nothing; others must be valid. The resolution follows from the
    number of edges, unless `grain` says otherwise; with `memory_bytes` it is lowered until the
    index takes no more than that. Raises UnusableGrid for shapes that cannot be indexed and
    IndexTooLarge where even the coarsest index takes more.
    """
    if len(grids) > MOST_GRIDS:
        raise IndexTooLarge(f"An index holds {MOST_GRIDS:,} grids, not {len(grids):,}.")
    edges = take_apart(np.asarray(grids, dtype=object))
    grain = grain or _choose_grain(edges)
    index = _compile(edges, grain)
    while memory_bytes is not None and index.nbytes > memory_bytes:
        if grain.cells == 1:
            raise IndexTooLarge(
                f"The index takes {index.nbytes:,} bytes; it may take {memory_bytes:,}.",
                hint="Allow more memory, or simplify the borders.",
            )
        grain = grain.coarser()
        index = _compile(edges, grain)
    return index


def _choose_grain(edges: Edges) -> Grain:
    """Four cells an edge; more than MOST_CELLS save a point less than their memory costs it."""
    return Grain(min(MOST_CELLS, max(FEWEST_CELLS, 4 * len(edges.lines))), MOST_EDGES)


def _compile(edges: Edges, grain: Grain) -> CellIndex:
    """Fill the root raster, then the bricks inside it, level by level."""
    frame = lay_out(edges.lines, grain.cells)
    rasters = _root(edges, frame)
    values: list[NDArray[np.int32]] = []
    records, sketches, bricks = blank(np.int32), blank(np.int64), 0
    while len(rasters.origins):
        starts, near = spread(rasters, edges.lines)
        limit = grain.edges if _may_split(rasters, edges, len(values)) else len(edges.lines)
        if not values:
            bricks = _round_up(rasters.columns * rasters.rows)
        filled = fill(
            rasters, starts, near, edges.lines, len(edges.own) - 1, limit, bricks, records, sketches
        )
        _refuse_crossed(filled.crossed)
        records, sketches = filled.records, filled.sketches
        values.append(filled.values)
        rasters = _bricks(rasters, starts, near, limit, cut(filled.inner), cut(filled.inner_first))
        bricks += len(rasters.origins)
    return CellIndex(
        frame=frame,
        cells=settle(_join(values)),
        sketches=settle(cut(sketches).reshape(-1, SIZE)),
        records=settle(cut(records)),
        lines=settle(edges.lines),
        own=edges.own,
        lent=edges.lent,
        lent_first=edges.lent_first,
    )


def _refuse_crossed(grid: int) -> None:
    if grid != NOWHERE:
        raise UnusableGrid(
            f"Grid {grid} crosses itself, or its parts lie on top of each other.",
            hint="Repair it first, for example with shapely.make_valid.",
        )


def _root(edges: Edges, frame: NDArray[np.float64]) -> Rasters:
    numbers = edges.numbers
    return Rasters(
        origins=np.zeros((1, 2), np.int64),
        columns=int(frame[COLUMNS]),
        rows=int(frame[ROWS]),
        edges=numbers,
        edges_first=np.array([0, len(numbers)]),
        covers=np.empty(0, np.int32),
        covers_first=np.zeros(2, np.int32),
        step=np.array([*frame[:2], frame[WIDTH], frame[HEIGHT]]),
    )


def _bricks(
    rasters: Rasters,
    starts: NDArray[np.int32],
    near: NDArray[np.int32],
    limit: int,
    covers: NDArray[np.int32],
    covers_first: NDArray[np.int32],
) -> Rasters:
    """The cells of these rasters that are near more than `limit` edges, as rasters."""
    counts = np.diff(starts)
    split = counts > limit
    raster, cell = np.divmod(np.flatnonzero(split), rasters.columns * rasters.rows)
    row, column = np.divmod(cell, rasters.columns)
    edges_first = np.zeros(len(raster) + 1, np.int64)
    np.cumsum(counts[split], out=edges_first[1:])
    return Rasters(
        origins=(rasters.origins[raster] + np.column_stack([column, row])) * SPLIT,
        columns=SPLIT,
        rows=SPLIT,
        edges=near[np.repeat(split, counts)],
        edges_first=edges_first,
        covers=covers,
        covers_first=covers_first,
        step=np.array([*rasters.step[:2], *(rasters.step[2:] / SPLIT)]),
    )


def _may_split(rasters: Rasters, edges: Edges, level: int) -> bool:
    if level == DEEPEST or not len(edges.lines):
        return False
    return bool(rasters.step[2:].min() / SPLIT >= finest(edges.lines))


def _round_up(cells: int) -> int:
    """How many bricks take as much room as the root's cells."""
    return -(-cells // SPLIT**2)


def _join(values: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The root's cells, filled up to whole bricks, and the bricks."""
    gap = _round_up(len(values[0])) * SPLIT**2 - len(values[0])
    return np.concatenate([values[0], np.full(gap, NOWHERE, np.int32), *values[1:]])
