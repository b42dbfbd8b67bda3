"""How far the border of a point's own ground is, and which grid lies across it."""

from math import cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from geo.lookup.index.cell_index import CellIndex
from geo.lookup.index.edges import END, NOWHERE
from geo.lookup.index.jit import kernel
from geo.lookup.index.point_query import assign

EQUATOR_M = 6378137.0
"""The equatorial radius of WGS 84."""

FLATNESS = 0.0066943799901413165
"""The first eccentricity of WGS 84, squared."""

BEYOND_M = 0.01
"""How far across an unshared border to look for another grid."""


def border(
    index: CellIndex, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the metres from each of n points to the nearest border of its own grid, and the
    position of the grid across it, or NOWHERE.

    Shapes (n, 2) → (n,), (n,). The own ground of a point in no grid is the ground in no grid. Where
    several borders are equally near, as at a corner, the lowest position counts. Metres are NaN
    where a point is not a number or there are no borders. Points are (lon, lat) in degrees, and
    borders are straight in degrees.

    The distance is √((ρ Δφ)² + (ν cos φ Δλ)²) on WGS 84, with φ halfway between the point and the
    border and the radii of curvature ρ and ν there (EPSG Guidance Note 7-2). Below 70° of latitude
    it is within 1 mm of the geodesic at 5 km and within 5 cm at 20 km.
    """
    points = np.ascontiguousarray(points, np.float64).reshape(-1, 2)
    metres, neighbors = np.empty(len(points)), np.empty(len(points), np.int32)
    positions = assign(index, points)
    probes = np.full((len(points), 2), np.nan)
    _measure(
        index.lines,
        index.own,
        index.lent,
        index.lent_first,
        _rim(index) if (positions == NOWHERE).any() else np.empty(0, np.int32),
        points,
        positions,
        metres,
        neighbors,
        probes,
    )
    unshared = np.flatnonzero(~np.isnan(probes[:, 0]))
    beyond = assign(index, probes[unshared])
    neighbors[unshared] = np.where(beyond == positions[unshared], NOWHERE, beyond)
    return metres, neighbors


def _rim(index: CellIndex) -> NDArray[np.int32]:
    """The edges of the ground that no grid covers."""
    left, right = index.lines["left"], index.lines["right"]
    return np.flatnonzero((left == NOWHERE) | (right == NOWHERE)).astype(np.int32)


@kernel
def _measure(
    lines: np.ndarray,
    own: np.ndarray,
    lent: np.ndarray,
    lent_first: np.ndarray,
    rim: np.ndarray,
    points: np.ndarray,
    positions: np.ndarray,
    metres: np.ndarray,
    neighbors: np.ndarray,
    probes: np.ndarray,
) -> None:
    """Look at every edge of each point's ground. Where the nearest is unshared, leave a probe."""
    for i in range(len(points)):
        px, py, ground = points[i, 0], points[i, 1], positions[i]
        scales = _scales(py)
        nearest = (np.inf, -1, NOWHERE)
        if ground == NOWHERE:
            for e in rim:
                nearest = _nearer(nearest, lines, e, ground, px, py, scales)
        else:
            for e in range(own[ground], own[ground + 1]):
                nearest = _nearer(nearest, lines, e, ground, px, py, scales)
            for k in range(lent_first[ground], lent_first[ground + 1]):
                nearest = _nearer(nearest, lines, lent[k], ground, px, py, scales)
        metres[i], neighbors[i] = np.nan, NOWHERE
        _, e, neighbor = nearest
        if e >= 0:
            t = _foot(lines, e, px, py, scales)
            metres[i], neighbors[i] = _distance(lines, e, t, px, py), neighbor
            if ground != NOWHERE and neighbor == NOWHERE:
                probes[i, 0], probes[i, 1] = _probe(lines, e, t, ground, scales)


@kernel
def _scales(lat: float) -> tuple[float, float, float]:
    """Metres in a degree at a latitude: eastward, how that changes per degree, northward."""
    phi = radians(lat)
    bulge = 1 - FLATNESS * sin(phi) ** 2
    rho = EQUATOR_M * (1 - FLATNESS) / bulge**1.5
    nu = EQUATOR_M / sqrt(bulge)
    return radians(nu * cos(phi)), radians(radians(-rho * sin(phi))), radians(rho)


@kernel
def _offset(lon: float, lat: float, scales: tuple[float, float, float]) -> tuple[float, float]:
    """Degrees east and north of the point in metres, at the latitude halfway."""
    east, change, north = scales
    return lon * (east + change * lat / 2), lat * north


@kernel
def _foot(
    lines: np.ndarray, e: int, px: float, py: float, scales: tuple[float, float, float]
) -> float:
    """The part of the edge, from 0 to 1, that lies before its place nearest to p."""
    a, b = lines[e], lines[e + 1]
    ax, ay = _offset(a.x - px, a.y - py, scales)
    bx, by = _offset(b.x - px, b.y - py, scales)
    length = (bx - ax) ** 2 + (by - ay) ** 2
    if length == 0.0:
        return 0.0
    return min(1.0, max(0.0, (ax * (ax - bx) + ay * (ay - by)) / length))


@kernel
def _at(lines: np.ndarray, e: int, t: float) -> tuple[float, float]:
    """The place on an edge after this part of it; its ends exactly."""
    a, b = lines[e], lines[e + 1]
    if t == 1.0:
        return b.x, b.y
    return a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)


@kernel
def _nearer(
    nearest: tuple[float, int, int],
    lines: np.ndarray,
    e: int,
    ground: int,
    px: float,
    py: float,
    scales: tuple[float, float, float],
) -> tuple[float, int, int]:
    """The nearer of what was found so far and edge e: square of metres, edge, grid across."""
    left, right = lines[e].left, lines[e].right
    if left == END:
        return nearest
    if left == right:
        return nearest
    x, y = _at(lines, e, _foot(lines, e, px, py, scales))
    east, north = _offset(x - px, y - py, scales)
    square, neighbor = east * east + north * north, right if left == ground else left
    best, _, known = nearest
    lower = neighbor != NOWHERE and (known == NOWHERE or neighbor < known)
    if square < best or (square == best < np.inf and lower):
        return square, e, neighbor
    return nearest


@kernel
def _distance(lines: np.ndarray, e: int, t: float, px: float, py: float) -> float:
    """Metres from p to a place on an edge."""
    x, y = _at(lines, e, t)
    east, _, north = _scales((py + y) / 2)
    return sqrt(((x - px) * east) ** 2 + ((y - py) * north) ** 2)


@kernel
def _probe(
    lines: np.ndarray, e: int, t: float, ground: int, scales: tuple[float, float, float]
) -> tuple[float, float]:
    """A place a little beyond an edge, seen from its ground, and not beyond its very ends."""
    a, b = lines[e], lines[e + 1]
    east, _, north = scales
    x, y = _at(lines, e, min(0.999, max(0.001, t)))
    dx, dy = (b.x - a.x) * east, (b.y - a.y) * north
    step = BEYOND_M / sqrt(dx * dx + dy * dy)
    step = step if a.left == ground else -step
    return x + dy * step / east, y - dx * step / north
