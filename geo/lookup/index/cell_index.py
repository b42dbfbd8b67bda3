"""Build the cell index: a raster over the extent, subdivided where many borders meet."""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import Invalid
from geo.lookup.index.edge_binning import RasterLevel, bin_edges
from geo.lookup.index.edges import NOWHERE, Edges, UnusableGrid, extract_edges
from geo.lookup.index.growable_array import GrowableArray, empty_array, trim
from geo.lookup.index.huge_pages import to_huge_pages
from geo.lookup.index.quantized_cell import MAX_EDGES, SIZE, WEIGHT_BASE
from geo.lookup.index.raster_frame import (
    CELL_HEIGHT,
    CELL_WIDTH,
    COLUMNS,
    ROWS,
    fit_frame,
    min_cell_size,
)
from geo.lookup.index.rasterize import rasterize

SUBDIVISION = 4
"""A cell near too many edges becomes a subraster of this many columns and rows. Its values fill
one cache line of 64 bytes."""

MIN_CELLS, MAX_CELLS = 64**2, 8 * 1024**2
"""Bounds on the number of cells in the root raster; a memory limit may lower it further."""

MAX_DEPTH = 7
"""How often a cell can be subdivided. Beyond this, rounding errors approach CELL_MARGIN."""

MAX_GRIDS = WEIGHT_BASE
"""Positions from here on do not fit into the weights of quantized cells."""


class IndexTooLarge(Invalid):
    """The index does not fit into the memory limit."""

    code = "index_too_large"


@dataclass(frozen=True, eq=False)
class CellIndex:
    """An index of m grids, to be queried with `point_query`; only arrays, so it can be pickled.

    `frame` locates the root raster (see `raster_frame`). `cells` holds the cell values of the root
    raster, row by row from the south-west, then those of the subrasters, SUBDIVISION² each. A value
    is a grid position, NOWHERE, or a reference to a subraster, a quantized cell or an exact cell
    (see `rasterize`). The other arrays are the borders (see `Edges`).
    """

    frame: NDArray[np.float64]
    cells: NDArray[np.int32]
    quantized_cells: NDArray[np.int64]
    exact_cells: NDArray[np.int32]
    vertices: NDArray[np.void]
    own_offsets: NDArray[np.int64]
    shared: NDArray[np.int32]
    shared_offsets: NDArray[np.int64]

    def __setstate__(self, state: dict[str, NDArray[Any]]) -> None:
        self.__dict__.update(state, **{name: to_huge_pages(array) for name, array in state.items()})

    @property
    def nbytes(self) -> int:
        """The size of all arrays in bytes."""
        return sum(getattr(self, field.name).nbytes for field in fields(self))


class Resolution(NamedTuple):
    """The number of cells in the root raster, and of edges near a cell before it is subdivided."""

    root_cells: int
    edges_per_cell: int

    def coarser(self) -> "Resolution":
        """Return the next resolution that takes less memory."""
        return Resolution(max(1, self.root_cells // 4), 2 * self.edges_per_cell)


def build(
    grids: NDArray[np.object_],
    *,
    memory_bytes: int | None = None,
    resolution: Resolution | None = None,
) -> CellIndex:
    """Return the index of m polygons or multipolygons. Where they overlap, the lowest wins.

    None and empty shapes cover nothing; others must be valid. By default the resolution follows
    from the number of edges. With `memory_bytes` it is lowered until the index fits. Raises
    UnusableGrid for shapes that cannot be indexed, and IndexTooLarge where even the coarsest index
    does not fit.
    """
    if len(grids) > MAX_GRIDS:
        raise IndexTooLarge(f"An index holds at most {MAX_GRIDS:,} grids, not {len(grids):,}.")
    edges = extract_edges(np.asarray(grids, dtype=object))
    resolution = resolution or _choose_resolution(edges)
    index = _build_at(resolution, edges)
    while memory_bytes is not None and index.nbytes > memory_bytes:
        if resolution.root_cells == 1:
            raise IndexTooLarge(
                f"The index takes {index.nbytes:,} bytes; the limit is {memory_bytes:,}.",
                hint="Allow more memory, or simplify the borders.",
            )
        resolution = resolution.coarser()
        index = _build_at(resolution, edges)
    return index


def _choose_resolution(edges: Edges) -> Resolution:
    """Four cells an edge. Beyond MAX_CELLS, cache misses cost more time than smaller cells save."""
    return Resolution(min(MAX_CELLS, max(MIN_CELLS, 4 * len(edges.vertices))), MAX_EDGES)


def _build_at(resolution: Resolution, edges: Edges) -> CellIndex:
    frame = fit_frame(edges.vertices, resolution.root_cells)
    cells, exact_cells, quantized_cells = _rasterize_levels(edges, frame, resolution.edges_per_cell)
    return CellIndex(
        frame=frame,
        cells=to_huge_pages(cells),
        quantized_cells=to_huge_pages(trim(quantized_cells).reshape(-1, SIZE)),
        exact_cells=to_huge_pages(trim(exact_cells)),
        vertices=to_huge_pages(edges.vertices),
        own_offsets=edges.own_offsets,
        shared=edges.shared,
        shared_offsets=edges.shared_offsets,
    )


def _rasterize_levels(
    edges: Edges, frame: NDArray[np.float64], edges_per_cell: int
) -> tuple[NDArray[np.int32], GrowableArray, GrowableArray]:
    """Rasterize the root raster, then the subrasters of its cells, level by level.

    Returns the values of all cells, the exact cells and the quantized cells.
    """
    level = _root_level(edges, frame)
    values: list[NDArray[np.int32]] = []
    exact_cells, quantized_cells, subrasters = empty_array(np.int32), empty_array(np.int64), 0
    while len(level.origins):
        edge_offsets, edge_ids = bin_edges(level, edges.vertices)
        max_edges = len(edges.vertices)
        if _can_subdivide(level, edges, depth=len(values)):
            max_edges = edges_per_cell
        if not values:
            subrasters = _subrasters_covering(level.columns * level.rows)
        result = rasterize(
            level,
            edge_offsets,
            edge_ids,
            edges.vertices,
            len(edges.own_offsets) - 1,
            max_edges,
            subrasters,
            exact_cells,
            quantized_cells,
        )
        _refuse_invalid(result.invalid_grid)
        exact_cells, quantized_cells = result.exact_cells, result.quantized_cells
        values.append(result.values)
        cover, cover_offsets = trim(result.cover), trim(result.cover_offsets)
        level = _next_level(level, edge_offsets, edge_ids, max_edges, cover, cover_offsets)
        subrasters += len(level.origins)
    return _concatenate(values), exact_cells, quantized_cells


def _refuse_invalid(grid: int) -> None:
    if grid != NOWHERE:
        raise UnusableGrid(
            f"Grid {grid} crosses itself, or its parts overlap.",
            hint="Repair it first, for example with shapely.make_valid.",
        )


def _root_level(edges: Edges, frame: NDArray[np.float64]) -> RasterLevel:
    edge_ids = edges.edge_ids
    return RasterLevel(
        origins=np.zeros((1, 2), np.int64),
        columns=int(frame[COLUMNS]),
        rows=int(frame[ROWS]),
        candidate_edges=edge_ids,
        candidate_offsets=np.array([0, len(edge_ids)]),
        cover=np.empty(0, np.int32),
        cover_offsets=np.zeros(2, np.int32),
        transform=np.array([*frame[:2], frame[CELL_WIDTH], frame[CELL_HEIGHT]]),
    )


def _next_level(
    level: RasterLevel,
    edge_offsets: NDArray[np.int32],
    edge_ids: NDArray[np.int32],
    max_edges: int,
    cover: NDArray[np.int32],
    cover_offsets: NDArray[np.int32],
) -> RasterLevel:
    """The subrasters of the cells that are near more than `max_edges` edges."""
    counts = np.diff(edge_offsets)
    is_split = counts > max_edges
    parent, cell = np.divmod(np.flatnonzero(is_split), level.columns * level.rows)
    row, column = np.divmod(cell, level.columns)
    candidate_offsets = np.zeros(len(parent) + 1, np.int64)
    np.cumsum(counts[is_split], out=candidate_offsets[1:])
    return RasterLevel(
        origins=(level.origins[parent] + np.column_stack([column, row])) * SUBDIVISION,
        columns=SUBDIVISION,
        rows=SUBDIVISION,
        candidate_edges=edge_ids[np.repeat(is_split, counts)],
        candidate_offsets=candidate_offsets,
        cover=cover,
        cover_offsets=cover_offsets,
        transform=np.array([*level.transform[:2], *(level.transform[2:] / SUBDIVISION)]),
    )


def _can_subdivide(level: RasterLevel, edges: Edges, depth: int) -> bool:
    if depth == MAX_DEPTH or not len(edges.vertices):
        return False
    return bool(level.transform[2:].min() / SUBDIVISION >= min_cell_size(edges.vertices))


def _subrasters_covering(cells: int) -> int:
    """The number of subrasters that take as much space as this many cells."""
    return -(-cells // SUBDIVISION**2)


def _concatenate(values: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The root's cells, padded to whole subrasters, and the subrasters."""
    padding = _subrasters_covering(len(values[0])) * SUBDIVISION**2 - len(values[0])
    return np.concatenate([values[0], np.full(padding, NOWHERE, np.int32), *values[1:]])
