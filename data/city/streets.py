"""The street network: a lattice of streets in each district between the trunk roads."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import rotate
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.city import skeleton
from data.city.plane import Floats, Shapes, object_array

HALF_WIDTH_M = {
    "river": 62.0, "rail": 26.0, "trunk": 25.0, "main": 17.0, "street": 11.0, "edge": 0.0
}  # fmt: skip
"""Half the width of an edge by its rank, pavements and verges included."""
RANKS = tuple(HALF_WIDTH_M)
BANK_M = 105.0


@dataclass(frozen=True)
class NetworkEdges:
    """Streets, railway and river, one row per edge: line, rank and name."""

    lines: Shapes
    ranks: NDArray[np.str_]
    names: NDArray[np.str_]


@dataclass(frozen=True)
class StreetNetwork:
    """Edges split at every crossing, and the faces between them, warped.

    `district` and `angle` are the district of each face and the direction of its streets in
    degrees.
    """

    edges: NetworkEdges
    faces: Shapes
    district: NDArray[np.str_]
    angle: Floats


Row = tuple[BaseGeometry, str, str]
"""Line, rank and name."""


def build_network(rng: np.random.Generator) -> StreetNetwork:
    """Return the whole network of one town; lattice streets have a number as their name."""
    city = skeleton.city_outline(rng)
    districts = skeleton.district_polygons(city)
    rows = list(_skeleton(city))
    for code, (center, angle) in skeleton.DISTRICT_CENTERS.items():
        rows += _lattice(rng, districts[code], center, angle, code)
    edges = _split_at_crossings(rows)
    flat = object_array(shapely.get_parts(shapely.polygonize(edges.lines)))
    inside = shapely.point_on_surface(flat)
    district_of_face = np.full(len(flat), "", dtype="U6")
    for code, polygon in districts.items():
        district_of_face[shapely.contains(polygon, inside)] = code
    phases = rng.uniform(0, 2 * np.pi, (2, 4))

    def warp(shapes: Shapes) -> Shapes:
        transformed = shapely.transform(shapes, lambda xy: skeleton.warp_points(xy, phases))
        return object_array(transformed)

    return StreetNetwork(
        NetworkEdges(warp(edges.lines), edges.ranks, edges.names),
        warp(flat),
        district_of_face,
        _street_angles(inside, district_of_face, phases),
    )


def _skeleton(city: Polygon) -> Iterator[Row]:
    """Yield the city's outline, river, railway, trunk roads and the roads along the river."""
    yield LineString(city.exterior.coords), "edge", ""
    river = skeleton.smooth_curve(skeleton.RIVER)
    town = Point(0, -300).buffer(3700)
    for line, rank, name in (
        (river, "river", "清溪河"),
        (skeleton.smooth_curve(skeleton.RAIL), "rail", "矿区铁路"),
        *(
            (skeleton.smooth_curve(points), "trunk", name)
            for name, points in skeleton.TRUNKS.items()
        ),
    ):
        yield line.intersection(city), rank, name
    for offset, name in ((-BANK_M, "滨河西路"), (BANK_M, "滨河东路")):
        yield river.offset_curve(-offset).intersection(town), "main", name


def _lattice(
    rng: np.random.Generator,
    district: BaseGeometry,
    center: tuple[float, float],
    angle: float,
    code: str,
) -> Iterator[Row]:
    """Yield two families of nearly parallel streets around a district's centre."""
    region = district.intersection(Point(center).buffer(2100))
    region = region.difference(skeleton.smooth_curve(skeleton.RIVER).buffer(BANK_M - 1))
    for suffix, direction, spacing in (("路", 90.0, (190, 300)), ("街", 0.0, (180, 265))):
        start = -2100 + rng.uniform(0, 200)
        offsets = start + np.cumsum(rng.uniform(*spacing, 26))
        for i, offset in enumerate(offsets[offsets < 2100]):
            x, y = center[0], center[1] + offset
            level = LineString([(x - 2500, y), (x + 2500, y)])
            line = rotate(level, angle + direction, origin=center).intersection(region)
            if not line.is_empty:
                rank = "main" if i % 4 == 1 else "street"
                yield line, rank, f"{code}-{i:02}{suffix}"


def _split_at_crossings(rows: list[Row]) -> NetworkEdges:
    """Return the edges split at every crossing, with a vertex at least every 70 metres."""
    lines = object_array(line for line, _, _ in rows)
    pieces = object_array(shapely.get_parts(shapely.unary_union(lines, grid_size=0.01)))
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, source = shapely.STRtree(lines).query(middle, predicate="dwithin", distance=0.1)
    rank = np.array([RANKS.index(rows[i][1]) for i in source])
    order = np.lexsort((source, rank, piece))
    first = order[np.unique(piece[order], return_index=True)[1]]
    sources = [rows[i] for i in source[first]]
    return NetworkEdges(
        object_array(shapely.segmentize(pieces, 70.0)),
        np.array([rank for _, rank, _ in sources]),
        np.array([name for _, _, name in sources]),
    )


def _street_angles(inside: Shapes, district: NDArray[np.str_], phases: Floats) -> Floats:
    """Return the direction of the streets at each point after the warp, in degrees."""
    start = shapely.get_coordinates(inside)
    angle = np.radians([skeleton.DISTRICT_CENTERS[code][1] for code in district])
    end = start + 50.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    step = skeleton.warp_points(end, phases) - skeleton.warp_points(start, phases)
    return np.degrees(np.arctan2(step[:, 1], step[:, 0]))
