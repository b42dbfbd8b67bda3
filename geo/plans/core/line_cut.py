"""Cutting a grid along a line: the line and all borders then meet at shared vertices only."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo.errors import Invalid
from geo.geometry.topology import GEOD
from geo.plans.core.noding import SNAP, Edge, are_inside, edges_of, node_lines
from geo.plans.core.partition import Partition, Polygonal

MAX_EXTENSION = 1.5e-5
"""Degrees, a metre or more: a line that ends so close to the border is extended to it."""


class BadCut(Invalid):
    """The line does not cut the grid in two."""

    code = "bad_cut"


@dataclass(frozen=True)
class LineOverlay:
    """A grid overlaid with lines: the partition with the new vertices, and the grid's faces."""

    partition: Partition
    faces: list[shapely.Polygon]
    line_edges: frozenset[Edge]
    """The edges of the lines that run along no border, in the direction of the line."""
    original: shapely.Geometry
    """The geometry of the grid before the overlay."""
    lines: Sequence[shapely.LineString]

    def is_along(self, face: shapely.Polygon) -> bool:
        """Return whether an edge of a line is an edge of the face."""
        return any(
            edge in self.line_edges or edge[::-1] in self.line_edges for edge in _edges(face)
        )

    def sides(self, face: shapely.Polygon) -> frozenset[str]:
        """Return on which sides of the lines a face lies: left, right, none or both."""
        edges = list(_edges(shapely.orient_polygons(face)))  # the interior is to the left
        touched = {
            "left": any(edge in self.line_edges for edge in edges),
            "right": any(edge[::-1] in self.line_edges for edge in edges),
        }
        return frozenset(side for side, is_touched in touched.items() if is_touched)


def overlay_lines(
    partition: Partition, code: str, lines: Sequence[shapely.LineString]
) -> LineOverlay:
    """Overlay a grid with lines. Every grid that shares a border edge gets its new vertices.

    New vertices lie on their edge as exactly as doubles allow; a vertex of a line within SNAP of a
    border is moved onto it. The lines may meet at common vertices only.
    """
    original = partition.grid(code).geom
    noded = node_lines(
        partition.grids, edges_of(original), [shapely.get_coordinates(line) for line in lines]
    )
    faces = noded.faces[are_inside(noded.faces, noded.grids[code].geom)]
    after = partition.with_grids(noded.grids)
    return LineOverlay(after, [*faces], noded.line_edges, original, lines)


def join_faces(geoms: Sequence[shapely.Geometry]) -> Polygonal:
    """Return the union of faces that share their vertices; it keeps all vertices on its border."""
    union = shapely.coverage_union_all(np.array(geoms, dtype=object))
    if not isinstance(union, shapely.Polygon | shapely.MultiPolygon):
        raise BadCut("The pieces do not join to a grid.", hint="Draw the line elsewhere.")
    return union


def overlay_cut_line(partition: Partition, code: str, line: shapely.LineString) -> LineOverlay:
    """Overlay a grid with the line that is to cut it.

    An end just short of the border is extended to it. Raises BadCut where the line crosses itself
    or is a single point.
    """
    if not line.is_valid:
        raise BadCut("The line is a single point.", hint="Draw it from border to border.")
    if not line.is_simple:
        raise BadCut("The line crosses itself.", hint="Draw it without loops.")
    return overlay_lines(partition, code, [_extend_to_border(line, partition.grid(code).geom)])


def explain_bad_cut(overlay: LineOverlay, what: str) -> BadCut:
    """Return the error that says why a line does not cut a grid in two, and how to redraw it."""
    line, border = overlay.lines[0], shapely.boundary(overlay.original)
    if shapely.distance(line, overlay.original) > SNAP:
        distance_m = GEOD.geometry_length(shapely.shortest_line(line, overlay.original))
        return BadCut(
            f"The line misses {what} by {distance_m:,.0f} m.",
            hint="Draw it across, border to border.",
        )
    interior = shapely.difference(
        shapely.intersection(line, overlay.original), shapely.buffer(border, SNAP)
    )
    if interior.is_empty:
        return BadCut(
            f"The line only touches {what}: it runs along the border, or meets it at a point.",
            hint="Draw it through the inside, from border to border.",
        )
    ends = [shapely.get_point(line, position) for position in (0, -1)]
    inside = [end for end in ends if shapely.distance(end, interior) <= SNAP]
    if inside:
        return _explain_ends_inside(inside, border, what)
    pieces = sum(map(overlay.is_along, overlay.faces))
    if pieces < 2:
        return BadCut(
            f"The line does not cut {what} in two: it ends at a hole, and both sides stay "
            "connected around the hole.",
            hint="Draw it on from the hole to the border on the other side.",
        )
    return BadCut(
        f"The line cuts {what} in {pieces} pieces, not in two.",
        hint="Draw it so that it enters once and leaves once; cut again for a third piece.",
    )


def _explain_ends_inside(
    ends: Sequence[shapely.Point], border: shapely.Geometry, what: str
) -> BadCut:
    distance_m = max(GEOD.geometry_length(shapely.shortest_line(end, border)) for end in ends)
    if len(ends) == 2:
        return BadCut(
            f"The line begins and ends inside {what}, up to {distance_m:,.0f} m from the border.",
            hint="Extend both ends across the border; they may lie outside.",
        )
    return BadCut(
        f"The line ends inside {what}, {distance_m:,.0f} m from the border.",
        hint=f"Extend it across the border, from {ends[0].x:.6f},{ends[0].y:.6f}; it may end "
        "outside.",
    )


def _extend_to_border(line: shapely.LineString, geom: shapely.Geometry) -> shapely.LineString:
    """Return a line whose ends, where they stop just short of the border, go straight across it."""
    coords = [(x, y) for x, y in shapely.get_coordinates(line).tolist()]
    border = shapely.boundary(geom)
    for last, previous in ((0, 1), (-1, -2)):
        end, start = coords[last], coords[previous]
        length = math.dist(end, start)
        point = shapely.Point(end)
        if not length or not SNAP < shapely.distance(border, point) <= MAX_EXTENSION:
            continue
        if shapely.covers(geom, point):
            x, y = (
                end[axis] + (end[axis] - start[axis]) / length * 2 * MAX_EXTENSION
                for axis in (0, 1)
            )
            if shapely.intersects(border, shapely.LineString([end, (x, y)])):
                coords[last] = (x, y)
    return shapely.LineString(coords)


def _edges(geom: shapely.Geometry) -> Iterator[Edge]:
    for a, b in edges_of(geom).tolist():
        yield (a[0], a[1]), (b[0], b[1])
