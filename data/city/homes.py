"""Homes: rows of south-facing slabs, towers and older houses set out on the land of a block."""

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from shapely.affinity import rotate
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from data.city.plane import Floats, Shapes, objects

PLOT_M2, MARGIN_M = 60_000.0, 4.0


@dataclass(frozen=True)
class Style:
    """How a plot is built: metres of a house and of the room around it; chance of a gap."""

    length: float
    depth: float
    pitch: float
    gap: float
    skip: float
    tilt: float
    stagger: bool


STYLES = {
    "old": Style(37, 10.5, 28, 10, 0.07, 2.2, False),
    "slab": Style(56, 12.0, 42, 14, 0.03, 0.0, False),
    "tower": Style(26, 24, 62, 38, 0.04, 0.0, True),
}


@dataclass(frozen=True)
class Plot:
    """One compound: its ground (part of a block), its fenced land, the houses in reading order."""

    ground: Polygon
    land: Polygon
    style: str
    turn: float
    houses: Shapes


def settle(
    rng: np.random.Generator, ground: Polygon, land: Polygon, turn: float, style: str
) -> list[Plot]:
    """Return the plots of one block with their houses, in the plane; empty plots are left out.

    Big blocks are cut in plots first, across their longer side.
    """
    level: Polygon = rotate(ground, -turn, origin=(0, 0))
    yard: Polygon = rotate(land, -turn, origin=(0, 0))
    plots = []
    for part, inner in _plots(level, yard, style):
        houses = _rows(rng, inner.buffer(-MARGIN_M, join_style="mitre"), STYLES[style])
        back = objects(rotate(house, turn, origin=(0, 0)) for house in houses)
        whole, fenced = (rotate(shape, turn, origin=(0, 0)) for shape in (part, inner))
        plots.append(Plot(whole, fenced, style, turn, back))
    return plots


def _plots(ground: Polygon, land: Polygon, style: str) -> list[tuple[Polygon, Polygon]]:
    """Return the ground and land of a level block cut across until each is small enough."""
    limit = PLOT_M2 * (0.75 if style == "old" else 1.0)
    west, south, east, north = land.bounds
    if land.area < limit:
        return [(ground, land)]
    if east - west > north - south:
        line = LineString([((west + east) / 2, south - 999), ((west + east) / 2, north + 999)])
    else:
        line = LineString([(west - 999, (south + north) / 2), (east + 999, (south + north) / 2)])
    grounds = halves(ground, line)
    if len(grounds) != 2:
        return [(ground, land)]
    fence = line.buffer(3.0)
    out: list[tuple[Polygon, Polygon]] = []
    for part in grounds:
        inner = _solid(land.intersection(part).difference(fence))
        out += _plots(part, inner, style)
    return out


def halves(ground: Polygon, line: LineString) -> list[Polygon]:
    """Return the parts of ground on the sides of a line."""
    return [part for part in shapely.ops.split(ground, line).geoms if isinstance(part, Polygon)]


def _solid(shape: BaseGeometry) -> Polygon:
    """Return the largest part of a shape."""
    parts: list[Polygon] = shapely.get_parts(shape).tolist()
    return max(parts, key=lambda part: part.area)


def _rows(rng: np.random.Generator, land: BaseGeometry, style: Style) -> list[Polygon]:
    """Return the houses of a level plot in rows, from north to south and west to east."""
    if land.is_empty:
        return []
    _, south, _, north = land.bounds
    count = int((north - south - style.depth) // style.pitch) + 1
    rest = (north - south) - (count - 1) * style.pitch - style.depth
    length = style.length * rng.uniform(0.88, 1.15)
    houses: list[Polygon] = []
    for row in range(max(count, 0)):
        top = north - rest / 2 - row * style.pitch
        for left, right in _spans(land, top - style.depth, top):
            shift = (length + style.gap) / 2 if style.stagger and row % 2 else 0.0
            houses += _row(rng, left + shift, right, top, length, style)
    shapely.prepare(land)
    kept = [house for house in houses if shapely.contains(land, house)]
    middle = len(kept) // 2
    if len(kept) > 11 and not style.tilt and rng.random() < 0.5:
        del kept[middle]
    return kept


def _spans(land: BaseGeometry, low: float, high: float) -> list[tuple[float, float]]:
    """Return the stretches, west to east, where land reaches from low to high."""
    west, _, east, _ = land.bounds
    cuts = [land.intersection(LineString([(west - 1, y), (east + 1, y)])) for y in (low, high)]
    parts = [[part.bounds for part in shapely.get_parts(cut)] for cut in cuts]
    both = [(max(a[0], b[0]), min(a[2], b[2])) for a in parts[0] for b in parts[1]]
    # A street may bend inwards between the two lines, by less than a metre.
    return sorted((left + 1, right - 1) for left, right in both if right - left > 15)


def _row(
    rng: np.random.Generator, left: float, right: float, top: float, length: float, style: Style
) -> list[Polygon]:
    """Return the houses of one row between two ends, evenly spread or, when old, uneven."""
    if style.tilt:
        return _uneven(rng, left, right, top, style)
    count = int((right - left + style.gap) // (length + style.gap))
    slab = style.length > 2 * style.depth
    if slab:
        count = max(1, round((right - left + style.gap) / (length + style.gap)))
        length = (right - left - (count - 1) * style.gap) / count
    if count < 1 or length < 22 or length > 95:
        return []
    pitch = length + style.gap
    if not slab and count > 1:
        pitch = max(pitch, min(1.25 * pitch, (right - left - length) / (count - 1)))
    starts = left + pitch * np.arange(count)
    keep = rng.random(count) >= style.skip
    low = top - style.depth
    return [
        _stepped(x, low, length, style.depth) if slab and rng.random() < 0.08 else
        box(x, low, x + length, top)
        for x in starts[keep]
    ]  # fmt: skip


def _uneven(
    rng: np.random.Generator, left: float, right: float, top: float, style: Style
) -> list[Polygon]:
    """Return a row of older houses: lengths, gaps, depths and angles all differ a little."""
    out: list[Polygon] = []
    x = left
    while True:
        length, depth = style.length * rng.uniform(0.62, 1.45), style.depth * rng.uniform(0.88, 1)
        drop, tilt = rng.uniform(0.3, 1.2), rng.uniform(-style.tilt, style.tilt)
        if x + length > right:
            return out
        if rng.random() >= style.skip:
            out.append(rotate(box(x, top - drop - depth, x + length, top - drop), tilt))
        x += length + style.gap * rng.uniform(0.75, 1.6)


def _stepped(x: float, low: float, length: float, depth: float) -> Polygon:
    """Return a slab whose eastern half stands three metres back."""
    half, back = length / 2, 3.0
    east, top, middle = x + length, low + depth, x + half
    return Polygon(
        [
            (x, low), (middle, low), (middle, low + back), (east, low + back),
            (east, top), (middle, top), (middle, top - back), (x, top - back),
        ]
    )  # fmt: skip


def level(houses: Shapes, turn: float) -> Floats:
    """Return the bounds (n, 4) of houses in the frame of their plot, its rows lying level."""
    return np.array([rotate(house, -turn, origin=(0, 0)).bounds for house in houses])
