"""Cutting a grid along a line, so that line and borders meet at shared corners only."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import shapely

from geo.errors import Invalid
from geo.geometry.topology import GEOD
from geo.plans.core.noding import SNAP, Edge, draw, edges_of, inside
from geo.plans.core.partition import Partition

SHORT = 1.5e-5
"""Degrees, a metre or more: a line that stops so little short of a border means to reach it."""


class BadCut(Invalid):
    """The line does not cut the grid in two."""

    code = "bad_cut"


@dataclass(frozen=True)
class Laid:
    """Lines laid over a grid: the partition with their corners, and the faces of the grid."""

    partition: Partition
    faces: list[shapely.Polygon]
    steps: frozenset[Edge]
    """The pieces of the lines that are no border, each in the direction in which it was drawn."""
    ground: shapely.Geometry
    """What the lines were laid over, as it was."""
    lines: Sequence[shapely.LineString]

    def is_along(self, face: shapely.Polygon) -> bool:
        """Tell whether a face has a piece of a line in its border."""
        return any(edge in self.steps or edge[::-1] in self.steps for edge in _edges(face))

    def sides(self, face: shapely.Polygon) -> frozenset[str]:
        """Return on which sides of the lines a face lies: left, right, none or both."""
        turned = list(_edges(shapely.orient_polygons(face)))  # the inside is to the left
        told = {
            "left": any(edge in self.steps for edge in turned),
            "right": any(edge[::-1] in self.steps for edge in turned),
        }
        return frozenset(side for side, is_so in told.items() if is_so)


def lay(partition: Partition, code: str, lines: Sequence[shapely.LineString]) -> Laid:
    """Lay lines over a grid. New corners on its border go into every grid of the edge.

    They lie on edges as exactly as doubles can say; a corner of a line within SNAP of a border
    lies on it. The lines may meet at common corners only.
    """
    ground = partition.grid(code).geom
    drawn = draw(partition.grids, edges_of(ground), [shapely.get_coordinates(one) for one in lines])
    faces = drawn.faces[inside(drawn.faces, drawn.grids[code].geom)]
    return Laid(partition.with_grids(drawn.grids), [*faces], drawn.steps, ground, lines)


def cut(partition: Partition, code: str, line: shapely.LineString) -> Laid:
    """Lay one line over a grid that it is meant to cut.

    An end that stops a little short of the border is drawn on to it. Raises BadCut where the line
    crosses itself, or is a mere point.
    """
    if not line.is_valid:
        raise BadCut("The line is a single point.", hint="Draw it from border to border.")
    if not line.is_simple:
        raise BadCut("The line crosses itself.", hint="Draw it without loops.")
    return lay(partition, code, [_reaching(line, partition.grid(code).geom)])


def fault(laid: Laid, what: str) -> BadCut:
    """Return why a line that was laid over some ground does not cut it in two, and what to do."""
    line, border = laid.lines[0], shapely.boundary(laid.ground)
    if shapely.distance(line, laid.ground) > SNAP:
        away_m = GEOD.geometry_length(shapely.shortest_line(line, laid.ground))
        return BadCut(
            f"The line misses {what} by {away_m:,.0f} m.", hint="Draw it across, border to border."
        )
    inner = shapely.difference(
        shapely.intersection(line, laid.ground), shapely.buffer(border, SNAP)
    )
    if inner.is_empty:
        return BadCut(
            f"The line only touches {what}: it runs along the border, or meets it at a point.",
            hint="Draw it through the inside, from border to border.",
        )
    ends = [shapely.get_point(line, at) for at in (0, -1)]
    short = [end for end in ends if shapely.distance(end, inner) <= SNAP]
    if short:
        return _ends_inside(short, border, what)
    count = sum(map(laid.is_along, laid.faces))
    if count < 2:
        return BadCut(
            f"The line does not part {what}: beyond the hole that it leads to, the ground hangs "
            "together.",
            hint="Draw it on from the hole to the border on the other side.",
        )
    return BadCut(
        f"The line cuts {what} in {count} pieces, not in two.",
        hint="Draw it so that it enters once and leaves once; cut again for a third piece.",
    )


def _ends_inside(ends: Sequence[shapely.Point], border: shapely.Geometry, what: str) -> BadCut:
    """Return what to say of a line of which one end or both lie inside some ground."""
    away_m = max(GEOD.geometry_length(shapely.shortest_line(end, border)) for end in ends)
    if len(ends) == 2:
        return BadCut(
            f"The line begins and ends inside {what}, up to {away_m:,.0f} m from the border.",
            hint="Draw both ends on over the border; they may lie outside.",
        )
    return BadCut(
        f"The line ends inside {what}, {away_m:,.0f} m from the border.",
        hint=f"Draw it on over the border, from {ends[0].x:.6f},{ends[0].y:.6f}; it may end "
        "outside.",
    )


def _reaching(line: shapely.LineString, ground: shapely.Geometry) -> shapely.LineString:
    """Return a line whose ends go on straight to the border where they stop just short of it."""
    coords = [(x, y) for x, y in shapely.get_coordinates(line).tolist()]
    border = shapely.boundary(ground)
    for at, before in ((0, 1), (-1, -2)):
        end, start = coords[at], coords[before]
        length = math.dist(end, start)
        spot = shapely.Point(end)
        if not length or not SNAP < shapely.distance(border, spot) <= SHORT:
            continue
        if shapely.covers(ground, spot):
            ahead = [end[i] + (end[i] - start[i]) / length * 2 * SHORT for i in (0, 1)]
            if shapely.intersects(border, shapely.LineString([end, ahead])):
                coords[at] = (ahead[0], ahead[1])
    return shapely.LineString(coords)


def _edges(geom: shapely.Geometry) -> Iterator[Edge]:
    for a, b in edges_of(geom).tolist():
        yield (a[0], a[1]), (b[0], b[1])
