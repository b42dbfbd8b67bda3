"""The street network: a lattice of streets in each district hung between the trunk roads."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import rotate
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.city import skeleton
from data.city.plane import Floats, Shapes, objects

# Half of what each kind of way takes from the blocks beside it, pavements and verges included.
HALF_M = {"river": 62.0, "rail": 26.0, "trunk": 25.0, "main": 17.0, "street": 11.0, "edge": 0.0}
RANKS = tuple(HALF_M)
BANK_M = 105.0


@dataclass(frozen=True)
class Ways:
    """Ways of the town, one row each: where it runs, its rank and its name."""

    lines: Shapes
    ranks: NDArray[np.str_]
    names: NDArray[np.str_]


@dataclass(frozen=True)
class Network:
    """The ways cut at every crossing, and the faces between them, before and after the warp."""

    edges: Ways
    flat: Shapes
    faces: Shapes
    district: NDArray[np.str_]
    angle: Floats


Row = tuple[BaseGeometry, str, str]


def lay(rng: np.random.Generator) -> Network:
    """Return the whole network of one town; lattice streets carry a number for a name."""
    city = skeleton.outline(rng)
    parts = skeleton.districts(city)
    rows = list(_skeleton(city))
    for code, (heart, turn) in skeleton.HEARTS.items():
        rows += _lattice(rng, parts[code], heart, turn, code)
    edges = _cross(rows)
    flat = objects(shapely.get_parts(shapely.polygonize(edges.lines)))
    inside = shapely.point_on_surface(flat)
    district = np.full(len(flat), "", dtype="U6")
    for code, part in parts.items():
        district[shapely.contains(part, inside)] = code
    phases = rng.uniform(0, 2 * np.pi, (2, 4))
    angle = _turned(inside, district, phases)
    bend = lambda points: skeleton.warp(points, phases)  # noqa: E731
    bent = Ways(objects(shapely.transform(edges.lines, bend)), edges.ranks, edges.names)
    return Network(bent, flat, objects(shapely.transform(flat, bend)), district, angle)


def _skeleton(city: Polygon) -> Iterator[Row]:
    """Yield the city's outline, river, rail, trunk roads and the roads along the river."""
    yield LineString(city.exterior.coords), "edge", ""
    river = skeleton.smooth(skeleton.RIVER)
    town = Point(0, -300).buffer(3700)
    for line, rank, name in (
        (river, "river", "清溪河"),
        (skeleton.smooth(skeleton.RAIL), "rail", "矿区铁路"),
        *((skeleton.smooth(points), "trunk", name) for name, points in skeleton.TRUNKS.items()),
    ):
        yield line.intersection(city), rank, name
    for side, name in ((-BANK_M, "滨河西路"), (BANK_M, "滨河东路")):
        yield river.offset_curve(-side).intersection(town), "main", name


def _lattice(
    rng: np.random.Generator,
    part: BaseGeometry,
    heart: tuple[float, float],
    turn: float,
    code: str,
) -> Iterator[Row]:
    """Yield two families of nearly parallel streets around a district's heart."""
    region = part.intersection(Point(heart).buffer(2100))
    region = region.difference(skeleton.smooth(skeleton.RIVER).buffer(BANK_M - 1))
    for suffix, side, gaps in (("路", 90.0, (190, 300)), ("街", 0.0, (180, 265))):
        start = -2100 + rng.uniform(0, 200)
        offsets = start + np.cumsum(rng.uniform(*gaps, 26))
        for i, offset in enumerate(offsets[offsets < 2100]):
            x, y = heart[0], heart[1] + offset
            level = LineString([(x - 2500, y), (x + 2500, y)])
            line = rotate(level, turn + side, origin=heart).intersection(region)
            if not line.is_empty:
                rank = "main" if i % 4 == 1 else "street"
                yield line, rank, f"{code}-{i:02}{suffix}"


def _cross(rows: list[Row]) -> Ways:
    """Return the ways cut at every crossing, with a corner at least every 70 metres."""
    lines = objects(line for line, _, _ in rows)
    cut = objects(shapely.get_parts(shapely.unary_union(lines, grid_size=0.01)))
    middle = shapely.line_interpolate_point(cut, 0.5, normalized=True)
    found, source = shapely.STRtree(lines).query(middle, predicate="dwithin", distance=0.1)
    rank = np.array([RANKS.index(rows[i][1]) for i in source])
    order = np.lexsort((source, rank, found))
    first = order[np.unique(found[order], return_index=True)[1]]
    chosen = [rows[i] for i in source[first]]
    return Ways(
        objects(shapely.segmentize(cut, 70.0)),
        np.array([rank for _, rank, _ in chosen]),
        np.array([name for _, _, name in chosen]),
    )


def _turned(inside: Shapes, district: NDArray[np.str_], phases: Floats) -> Floats:
    """Return the direction of the streets at each point after the warp, in degrees."""
    here = shapely.get_coordinates(inside)
    turn = np.radians([skeleton.HEARTS[code][1] for code in district])
    ahead = here + 50.0 * np.column_stack([np.cos(turn), np.sin(turn)])
    step = skeleton.warp(ahead, phases) - skeleton.warp(here, phases)
    return np.degrees(np.arctan2(step[:, 1], step[:, 0]))
