"""Micro-grids: plots cut between their houses until the whole city has exactly its number."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import rotate
from shapely.geometry import LineString, Polygon

from data.city import adjacency, apportion, figures, homes
from data.city.plane import Floats, Ints, Shapes, objects
from data.city.quarters import reading_order
from data.city.town import Town

CLEAR_M, WHOLE = 3.0, 0.55
SNAP_M = 0.01


@dataclass(frozen=True)
class Cells:
    """The finest pieces of ground, a valid coverage, with the code of the grid each belongs to."""

    shapes: Shapes
    grid: NDArray[np.str_]


@dataclass(frozen=True)
class _Parcel:
    """A piece of a plot or a whole empty block, its community, its houses (none: to be joined)."""

    ground: Polygon
    community: str
    houses: Ints


def tile(town: Town, community: NDArray[np.str_]) -> Cells:
    """Return the cells of the city and the 15-digit code of the grid each lies in."""
    parcels = _parcels(town, community)
    shapes = _cells(objects(parcel.ground for parcel in parcels))
    owner = _owners(shapes, parcels)
    near = adjacency.neighbors(shapes)
    grid = np.array([i if len(parcels[i].houses) else -1 for i in owner])
    home = np.array([parcels[i].community for i in owner])
    grid = _spread(grid, home, near)
    return Cells(shapes, _numbered(shapes, grid, home, parcels, town))


def _parcels(town: Town, community: NDArray[np.str_]) -> list[_Parcel]:
    """Return all ground in parcels: plots cut in as many as they get, other blocks whole."""
    of_plot = community[town.block]
    members = [np.flatnonzero(town.plot == i) for i in range(len(town.plots))]
    out: list[_Parcel] = []
    for plot, code, mine, count in zip(
        town.plots, of_plot, members, _counts(town, of_plot), strict=True
    ):
        if not count:
            out.append(_Parcel(plot.ground, code, np.array([], dtype=np.int64)))
            continue
        for ground, inside in cut(plot, count):
            out.append(_Parcel(ground, code, mine[inside]))
    built = set(town.block.tolist())
    for i, ground in enumerate(town.blocks.ground):
        if i not in built:
            out.append(_Parcel(ground, community[i], np.array([], dtype=np.int64)))
    return out


def _counts(town: Town, of_plot: NDArray[np.str_]) -> Ints:
    """Return how many grids each plot is cut in: 0 for those too small for one of their own.

    Every community gets one at least, and the city its exact number.
    """
    weight = np.bincount(town.plot, weights=town.weight, minlength=len(town.plots))
    weight = weight * (figures.GRIDS / weight.sum())
    most = np.array([_most(plot) for plot in town.plots])
    least = ((weight >= WHOLE) & (most > 0)).astype(np.int64)
    for code in np.unique(of_plot):
        mine = np.flatnonzero(of_plot == code)
        least[mine[np.argmax(weight[mine])]] = 1
    most[least == 0] = 0
    return apportion.seats(weight, figures.GRIDS, least, most)


def _most(plot: homes.Plot) -> int:
    """Return in how many parcels a plot can be cut at most, two houses each unless towers."""
    count = len(plot.houses)
    wanted = count if plot.style == "tower" else (count + 1) // 2
    return len(cut(plot, wanted)) if wanted > 1 else wanted


def cut(plot: homes.Plot, count: int) -> list[tuple[Polygon, Ints]]:
    """Return the ground of a plot in up to count parcels, with the positions of their houses.

    Straight cuts between rows or between the houses of a row, each parcel in one piece; fewer
    parcels come back where no clear line is left.
    """
    bounds = homes.level(plot.houses, plot.turn)
    ground = rotate(plot.ground, -plot.turn, origin=(0, 0))
    parcels = _cut(ground, np.arange(len(bounds)), bounds, count)
    return [(rotate(part, plot.turn, origin=(0, 0)), inside) for part, inside in parcels]


def _cut(ground: Polygon, mine: Ints, bounds: Floats, count: int) -> list[tuple[Polygon, Ints]]:
    """Cut a level piece of ground again and again along the line that scores best."""
    if count < 2 or len(mine) < 2:
        return [(ground, mine)]
    for _, axis, at, before in _lines(ground, mine, bounds, count):
        parts = _split(ground, axis, at)
        if len(parts) != 2:
            continue
        one, two = mine[before], mine[~before]
        first = _seats(len(one), len(two), count)
        return _cut(parts[0], one, bounds, first) + _cut(parts[1], two, bounds, count - first)
    return [(ground, mine)]


def _seats(one: int, two: int, count: int) -> int:
    """Return how many of count parcels the first side gets."""
    wanted = round(one / (one + two) * count)
    low, high = max(1, count - two), min(one, count - 1)
    return min(max(wanted, low), high)


def _lines(
    ground: Polygon, mine: Ints, bounds: Floats, count: int
) -> list[tuple[float, int, float, NDArray[np.bool_]]]:
    """Return the clear lines through a level piece, best first: even shares and short cuts."""
    box, sides, found = bounds[mine], ground.bounds, []
    spans = (sides[2] - sides[0], sides[3] - sides[1])
    for axis in (0, 1):
        order = np.argsort(box[:, axis], kind="stable")
        reach = np.maximum.accumulate(box[order, axis + 2])
        for i in range(len(mine) - 1):
            start, end = reach[i], box[order[i + 1], axis]
            if end - start < CLEAR_M:
                continue
            before = np.zeros(len(mine), dtype=bool)
            before[order[: i + 1]] = True
            first = _seats(i + 1, len(mine) - i - 1, count)
            uneven = abs((i + 1) / first - (len(mine) - i - 1) / (count - first))
            score = uneven * count / len(mine) + 0.5 * spans[1 - axis] / sum(spans)
            found.append((score, axis, (start + end) / 2, before))
    return sorted(found, key=lambda line: line[:3])


def _split(ground: Polygon, axis: int, at: float) -> list[Polygon]:
    """Return the parts of a level piece on both sides of a line, the lower side first."""
    west, south, east, north = ground.bounds
    ends = [(at, south - 9), (at, north + 9)] if axis == 0 else [(west - 9, at), (east + 9, at)]
    return sorted(homes.halves(ground, LineString(ends)), key=lambda part: part.bounds[axis])


def _cells(grounds: Shapes) -> Shapes:
    """Return the faces between all borders, so that neighbours share every corner."""
    lines = shapely.unary_union(shapely.boundary(grounds), grid_size=SNAP_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    return objects(faces[shapely.area(faces) > SNAP_M])


def _owners(shapes: Shapes, parcels: list[_Parcel]) -> Ints:
    """Return the parcel each cell lies in."""
    tree = shapely.STRtree([parcel.ground for parcel in parcels])
    cell, parcel = tree.query(shapely.point_on_surface(shapes), predicate="within")
    owner: Ints = parcel[np.unique(cell, return_index=True)[1]]
    return owner


def _spread(grid: Ints, home: NDArray[np.str_], near: dict[int, dict[int, float]]) -> Ints:
    """Return grids grown over the empty ground beside them, along the longest border first."""
    out = grid.copy()
    while (out < 0).any():
        grown = out.copy()
        for i in np.flatnonzero(out < 0):
            length: dict[int, float] = {}
            for n, metres in near[int(i)].items():
                if out[n] >= 0 and home[n] == home[i]:
                    length[out[n]] = length.get(out[n], 0.0) + metres
            if length:
                grown[i] = max(length, key=lambda g: (length[g], -g))
        if (grown == out).all():
            raise ValueError(f"{(out < 0).sum()} pieces of ground reach no grid of their community")
        out = grown
    return out


def _numbered(
    shapes: Shapes, grid: Ints, home: NDArray[np.str_], parcels: list[_Parcel], town: Town
) -> NDArray[np.str_]:
    """Return the code of each cell's grid, numbered in reading order of the homes."""
    middle = shapely.get_coordinates(shapely.centroid(town.house))
    codes = np.full(len(shapes), "", dtype="U15")
    for community in np.unique(home):
        mine = np.unique(grid[home == community])
        place = np.array([middle[parcels[i].houses].mean(axis=0) for i in mine])
        for number, i in enumerate(reading_order(place), start=1):
            codes[grid == mine[i]] = f"{community}{number:03}"
    return codes
