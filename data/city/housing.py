"""Housing plots: rows of south-facing slabs, towers or older houses on the land of a block."""

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from shapely.affinity import rotate
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from data.city.plane import Floats, Shapes, object_array

PLOT_M2, MARGIN_M = 60_000.0, 4.0


@dataclass(frozen=True)
class BuildingStyle:
    """How a plot is built: size and spacing of its houses in metres, and chance to skip one."""

    length: float
    depth: float
    row_spacing: float
    gap: float
    skip: float
    tilt: float
    stagger: bool


STYLES = {
    "old": BuildingStyle(37, 10.5, 28, 10, 0.07, 2.2, False),
    "slab": BuildingStyle(56, 12.0, 42, 14, 0.03, 0.0, False),
    "tower": BuildingStyle(26, 24, 62, 38, 0.04, 0.0, True),
}


@dataclass(frozen=True)
class HousingPlot:
    """One compound: its outline (part of a block), its fenced land, its houses in reading order."""

    outline: Polygon
    land: Polygon
    style: str
    angle: float
    houses: Shapes


def build_plots(
    rng: np.random.Generator, outline: Polygon, land: Polygon, angle: float, style: str
) -> list[HousingPlot]:
    """Return the plots of one block with their houses, in the plane.

    Large blocks are first split into plots, across their longer side. Coordinates are rotated
    while houses are placed, so that rows are horizontal.
    """
    level_outline: Polygon = rotate(outline, -angle, origin=(0, 0))
    level_land: Polygon = rotate(land, -angle, origin=(0, 0))
    plots = []
    for part, part_land in _split_block(level_outline, level_land, style):
        level_houses = _rows(rng, part_land.buffer(-MARGIN_M, join_style="mitre"), STYLES[style])
        houses = object_array(rotate(house, angle, origin=(0, 0)) for house in level_houses)
        plot_outline, fenced = (rotate(shape, angle, origin=(0, 0)) for shape in (part, part_land))
        plots.append(HousingPlot(plot_outline, fenced, style, angle, houses))
    return plots


def _split_block(outline: Polygon, land: Polygon, style: str) -> list[tuple[Polygon, Polygon]]:
    """Return outline and land of the parts of a level block, each small enough for one plot."""
    limit = PLOT_M2 * (0.75 if style == "old" else 1.0)
    west, south, east, north = land.bounds
    if land.area < limit:
        return [(outline, land)]
    if east - west > north - south:
        line = LineString([((west + east) / 2, south - 999), ((west + east) / 2, north + 999)])
    else:
        line = LineString([(west - 999, (south + north) / 2), (east + 999, (south + north) / 2)])
    parts = split_polygon(outline, line)
    if len(parts) != 2:
        return [(outline, land)]
    fence = line.buffer(3.0)
    plots: list[tuple[Polygon, Polygon]] = []
    for part in parts:
        part_land = _largest_part(land.intersection(part).difference(fence))
        plots += _split_block(part, part_land, style)
    return plots


def split_polygon(polygon: Polygon, line: LineString) -> list[Polygon]:
    """Return the parts of a polygon on both sides of a line."""
    return [part for part in shapely.ops.split(polygon, line).geoms if isinstance(part, Polygon)]


def _largest_part(shape: BaseGeometry) -> Polygon:
    """Return the largest part of a shape."""
    parts: list[Polygon] = shapely.get_parts(shape).tolist()
    return max(parts, key=lambda part: part.area)


def _rows(rng: np.random.Generator, land: BaseGeometry, style: BuildingStyle) -> list[Polygon]:
    """Return the houses of a level plot in rows, from north to south and west to east."""
    if land.is_empty:
        return []
    _, south, _, north = land.bounds
    count = int((north - south - style.depth) // style.row_spacing) + 1
    margin = (north - south) - (count - 1) * style.row_spacing - style.depth
    length = style.length * rng.uniform(0.88, 1.15)
    houses: list[Polygon] = []
    for row in range(max(count, 0)):
        top = north - margin / 2 - row * style.row_spacing
        for left, right in _spans(land, top - style.depth, top):
            shift = (length + style.gap) / 2 if style.stagger and row % 2 else 0.0
            houses += _row(rng, left + shift, right, top, length, style)
    shapely.prepare(land)
    inside = [house for house in houses if shapely.contains(land, house)]
    if len(inside) > 11 and not style.tilt and rng.random() < 0.5:
        del inside[len(inside) // 2]  # an open space in the middle
    return inside


def _spans(land: BaseGeometry, bottom: float, top: float) -> list[tuple[float, float]]:
    """Return the intervals, west to east, in which land extends from y = bottom to y = top."""
    west, _, east, _ = land.bounds
    cuts = [land.intersection(LineString([(west - 1, y), (east + 1, y)])) for y in (bottom, top)]
    parts = [[part.bounds for part in shapely.get_parts(cut)] for cut in cuts]
    overlaps = [(max(a[0], b[0]), min(a[2], b[2])) for a in parts[0] for b in parts[1]]
    # Between the two lines a street may bend inwards by less than a metre.
    return sorted((left + 1, right - 1) for left, right in overlaps if right - left > 15)


def _row(
    rng: np.random.Generator,
    left: float,
    right: float,
    top: float,
    length: float,
    style: BuildingStyle,
) -> list[Polygon]:
    """Return the houses of one row between two ends: evenly spaced, or unevenly if they are old."""
    if style.tilt:
        return _uneven_row(rng, left, right, top, style)
    count = int((right - left + style.gap) // (length + style.gap))
    is_slab = style.length > 2 * style.depth
    if is_slab:
        count = max(1, round((right - left + style.gap) / (length + style.gap)))
        length = (right - left - (count - 1) * style.gap) / count
    if count < 1 or length < 22 or length > 95:
        return []
    spacing = length + style.gap
    if not is_slab and count > 1:
        spacing = max(spacing, min(1.25 * spacing, (right - left - length) / (count - 1)))
    starts = left + spacing * np.arange(count)
    built = rng.random(count) >= style.skip
    bottom = top - style.depth
    return [
        _stepped_slab(x, bottom, length, style.depth) if is_slab and rng.random() < 0.08 else
        box(x, bottom, x + length, top)
        for x in starts[built]
    ]  # fmt: skip


def _uneven_row(
    rng: np.random.Generator, left: float, right: float, top: float, style: BuildingStyle
) -> list[Polygon]:
    """Return a row of older houses, whose lengths, gaps, depths and angles vary a little."""
    houses: list[Polygon] = []
    x = left
    while True:
        length, depth = style.length * rng.uniform(0.62, 1.45), style.depth * rng.uniform(0.88, 1)
        setback, tilt = rng.uniform(0.3, 1.2), rng.uniform(-style.tilt, style.tilt)
        if x + length > right:
            return houses
        if rng.random() >= style.skip:
            houses.append(rotate(box(x, top - setback - depth, x + length, top - setback), tilt))
        x += length + style.gap * rng.uniform(0.75, 1.6)


def _stepped_slab(x: float, bottom: float, length: float, depth: float) -> Polygon:
    """Return a slab whose eastern half is set back by three metres."""
    half, setback = length / 2, 3.0
    east, top, middle = x + length, bottom + depth, x + half
    return Polygon(
        [
            (x, bottom), (middle, bottom), (middle, bottom + setback), (east, bottom + setback),
            (east, top), (middle, top), (middle, top - setback), (x, top - setback),
        ]
    )  # fmt: skip


def level_bounds(houses: Shapes, angle: float) -> Floats:
    """Return the bounds (n, 4) of houses, rotated so that the rows of their plot are horizontal."""
    return np.array([rotate(house, -angle, origin=(0, 0)).bounds for house in houses])
