"""Micro-grids: plots cut between their houses, so that the city has exactly its number of grids."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import rotate
from shapely.geometry import LineString, Polygon

from data.city import adjacency, apportion, figures, housing
from data.city.communities import reading_order
from data.city.plane import Floats, Ints, Shapes, object_array
from data.city.town import Town

MIN_GAP_M = 3.0
"""Width between houses that a cut needs."""
MIN_GRID_WEIGHT = 0.55
"""Weight of a plot that makes a grid of its own."""
SNAP_M = 0.01


@dataclass(frozen=True)
class GridCells:
    """The smallest faces, a valid polygon coverage, with the code of the grid of each."""

    shapes: Shapes
    grid: NDArray[np.str_]


@dataclass(frozen=True)
class _Parcel:
    """A part of a plot or a whole empty block: outline, community, positions of its houses.

    A parcel without houses joins an adjacent grid.
    """

    outline: Polygon
    community: str
    houses: Ints


def build_grids(town: Town, community: NDArray[np.str_]) -> GridCells:
    """Return the cells of the city and the 15-digit code of the grid of each."""
    parcels = _parcels(town, community)
    shapes = _faces(object_array(parcel.outline for parcel in parcels))
    parcel_of_cell = _parcel_of_cell(shapes, parcels)
    borders = adjacency.border_lengths(shapes)
    grid = np.array([i if len(parcels[i].houses) else -1 for i in parcel_of_cell])
    cell_community = np.array([parcels[i].community for i in parcel_of_cell])
    grid = _absorb_empty_cells(grid, cell_community, borders)
    return GridCells(shapes, _grid_codes(shapes, grid, cell_community, parcels, town))


def _parcels(town: Town, community: NDArray[np.str_]) -> list[_Parcel]:
    """Return the city in parcels: plots cut into their number of grids, other blocks whole."""
    community_of_plot = community[town.block_of_plot]
    houses_of_plot = [np.flatnonzero(town.plot_of_house == i) for i in range(len(town.plots))]
    parcels: list[_Parcel] = []
    counts = _grids_per_plot(town, community_of_plot)
    for plot, code, houses, count in zip(
        town.plots, community_of_plot, houses_of_plot, counts, strict=True
    ):
        if not count:
            parcels.append(_Parcel(plot.outline, code, np.array([], dtype=np.int64)))
            continue
        for outline, inside in cut_plot(plot, count):
            parcels.append(_Parcel(outline, code, houses[inside]))
    built = set(town.block_of_plot.tolist())
    for i, outline in enumerate(town.blocks.outline):
        if i not in built:
            parcels.append(_Parcel(outline, community[i], np.array([], dtype=np.int64)))
    return parcels


def _grids_per_plot(town: Town, community_of_plot: NDArray[np.str_]) -> Ints:
    """Return the number of grids of each plot, 0 for plots too small for a grid of their own.

    Every community gets at least one grid, and the city its exact number.
    """
    weight = np.bincount(town.plot_of_house, weights=town.weight, minlength=len(town.plots))
    weight = weight * (figures.GRIDS / weight.sum())
    maximum = np.array([_max_parcels(plot) for plot in town.plots])
    minimum = ((weight >= MIN_GRID_WEIGHT) & (maximum > 0)).astype(np.int64)
    for code in np.unique(community_of_plot):
        plots = np.flatnonzero(community_of_plot == code)
        minimum[plots[np.argmax(weight[plots])]] = 1
    maximum[minimum == 0] = 0
    return apportion.apportion_seats(weight, figures.GRIDS, minimum, maximum)


def _max_parcels(plot: housing.HousingPlot) -> int:
    """Return the largest number of parcels of a plot, with two houses each, or one tower."""
    count = len(plot.houses)
    wanted = count if plot.style == "tower" else (count + 1) // 2
    return len(cut_plot(plot, wanted)) if wanted > 1 else wanted


def cut_plot(plot: housing.HousingPlot, count: int) -> list[tuple[Polygon, Ints]]:
    """Return the outline of a plot in up to count parcels, with the positions of their houses.

    Cuts are straight, between rows or between the houses of a row, and each parcel is one piece.
    Returns fewer parcels where no further cut is possible.
    """
    bounds = housing.level_bounds(plot.houses, plot.angle)
    outline = rotate(plot.outline, -plot.angle, origin=(0, 0))
    parcels = _cut_level(outline, np.arange(len(bounds)), bounds, count)
    return [(rotate(part, plot.angle, origin=(0, 0)), inside) for part, inside in parcels]


def _cut_level(
    outline: Polygon, houses: Ints, bounds: Floats, count: int
) -> list[tuple[Polygon, Ints]]:
    """Return a level polygon in parcels, cut recursively along the line with the best score."""
    if count < 2 or len(houses) < 2:
        return [(outline, houses)]
    for line in _cut_lines(outline, houses, bounds, count):
        parts = _split_at(outline, line.axis, line.position)
        if len(parts) != 2:
            continue
        one, two = houses[line.before], houses[~line.before]
        first = _first_count(len(one), len(two), count)
        return [
            *_cut_level(parts[0], one, bounds, first),
            *_cut_level(parts[1], two, bounds, count - first),
        ]
    return [(outline, houses)]


def _first_count(one: int, two: int, count: int) -> int:
    """Return how many of count parcels the first side gets, by the houses of both sides."""
    wanted = round(one / (one + two) * count)
    low, high = max(1, count - two), min(one, count - 1)
    return min(max(wanted, low), high)


@dataclass(frozen=True)
class _CutLine:
    """A vertical (axis 0) or horizontal (axis 1) line, and which houses lie before it."""

    score: float
    axis: int
    position: float
    before: NDArray[np.bool_]


def _cut_lines(outline: Polygon, houses: Ints, bounds: Floats, count: int) -> list[_CutLine]:
    """Return the lines that touch no house, best first: equal shares and short cuts."""
    boxes, lines = bounds[houses], []
    west, south, east, north = outline.bounds
    extents = (east - west, north - south)
    for axis in (0, 1):
        order = np.argsort(boxes[:, axis], kind="stable")
        ends = np.maximum.accumulate(boxes[order, axis + 2])
        for i in range(len(houses) - 1):
            gap_start, gap_end = ends[i], boxes[order[i + 1], axis]
            if gap_end - gap_start < MIN_GAP_M:
                continue
            before = np.zeros(len(houses), dtype=bool)
            before[order[: i + 1]] = True
            one, two = i + 1, len(houses) - i - 1
            first = _first_count(one, two, count)
            imbalance = abs(one / first - two / (count - first)) * count / len(houses)
            score = imbalance + 0.5 * extents[1 - axis] / sum(extents)
            lines.append(_CutLine(score, axis, (gap_start + gap_end) / 2, before))
    return sorted(lines, key=lambda line: (line.score, line.axis, line.position))


def _split_at(outline: Polygon, axis: int, position: float) -> list[Polygon]:
    """Return the parts of a level polygon on both sides of a line, the lower side first."""
    west, south, east, north = outline.bounds
    if axis == 0:
        line = LineString([(position, south - 9), (position, north + 9)])
    else:
        line = LineString([(west - 9, position), (east + 9, position)])
    return sorted(housing.split_polygon(outline, line), key=lambda part: part.bounds[axis])


def _faces(outlines: Shapes) -> Shapes:
    """Return the faces between all borders, so that neighbours share every vertex."""
    lines = shapely.unary_union(shapely.boundary(outlines), grid_size=SNAP_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    return object_array(faces[shapely.area(faces) > SNAP_M])


def _parcel_of_cell(shapes: Shapes, parcels: list[_Parcel]) -> Ints:
    """Return the position of the parcel of each cell."""
    tree = shapely.STRtree([parcel.outline for parcel in parcels])
    cell, parcel = tree.query(shapely.point_on_surface(shapes), predicate="within")
    parcel_of_cell: Ints = parcel[np.unique(cell, return_index=True)[1]]
    return parcel_of_cell


def _absorb_empty_cells(
    grid: Ints, community: NDArray[np.str_], borders: dict[int, dict[int, float]]
) -> Ints:
    """Return the grid of each cell; empty cells (-1) join the grid with the longest border."""
    current = grid.copy()
    while (current < 0).any():
        grown = current.copy()
        for i in np.flatnonzero(current < 0):
            lengths: dict[int, float] = {}
            for n, length in borders[int(i)].items():
                if current[n] >= 0 and community[n] == community[i]:
                    lengths[current[n]] = lengths.get(current[n], 0.0) + length
            if lengths:
                grown[i] = max(lengths, key=lambda g: (lengths[g], -g))
        if (grown == current).all():
            isolated = (current < 0).sum()
            raise ValueError(f"{isolated} cells have no border with a grid of their community")
        current = grown
    return current


def _grid_codes(
    shapes: Shapes, grid: Ints, community: NDArray[np.str_], parcels: list[_Parcel], town: Town
) -> NDArray[np.str_]:
    """Return the code of each cell's grid, numbered in reading order of the homes."""
    centers = shapely.get_coordinates(shapely.centroid(town.houses))
    codes = np.full(len(shapes), "", dtype="U15")
    for community_code in np.unique(community):
        members = np.unique(grid[community == community_code])
        positions = np.array([centers[parcels[i].houses].mean(axis=0) for i in members])
        for number, i in enumerate(reading_order(positions), start=1):
            codes[grid == members[i]] = f"{community_code}{number:03}"
    return codes
