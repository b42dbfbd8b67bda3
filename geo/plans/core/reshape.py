"""Moving a stretch of the border between two grids: the rest of the border stays as it is."""

from typing import Any

import numpy as np
import shapely
from shapely.ops import substring

from geo.plans.core.line_cut import MAX_EXTENSION, BadCut, join_faces
from geo.plans.core.noding import are_inside, edges_of, node_lines
from geo.plans.core.partition import Grid, Partition


def reshape(
    partition: Partition, codes: tuple[str, str], line: shapely.LineString
) -> Partition | None:
    """Replace a stretch of the border between two grids by a line.

    The stretch lies between the first and the last point where the line meets the border; an end
    within MAX_EXTENSION of the border is on it, and what the line has beyond these points is
    ignored. Of a border that is a ring the smaller area changes grid. Returns None if the line does
    not meet one border of the two grids twice. Raises BadCut if it runs along the border, leaves
    the two grids, or would leave one of them without area.
    """
    pair = np.array([partition.grid(code).geom for code in codes], dtype=object)
    courses = _find_stretch(pair, line)
    if courses is None:
        return None
    stretch, new_stretch = courses
    changed = _enclosed(stretch, new_stretch)
    if changed.is_empty:
        raise BadCut(
            f"The line runs along the border of grids {' and '.join(codes)}: nothing would move.",
            hint="Draw it beside the border, from one point of the border to another.",
        )
    return _swap(partition, codes, new_stretch, changed)


def _swap(
    partition: Partition, codes: tuple[str, str], line: shapely.LineString, changed: Any
) -> Partition:
    """Give the parts of two grids inside an area, which a line encloses, to the other grid."""
    pair = [partition.grid(code).geom for code in codes]
    noded = node_lines(partition.grids, edges_of(pair), [shapely.get_coordinates(line)])
    faces = noded.faces
    own, other = (are_inside(faces, noded.grids[code].geom) for code in codes)
    is_changed = are_inside(faces, changed)
    if not np.isclose(shapely.area(faces[is_changed & (own | other)]).sum(), changed.area):
        raise BadCut(
            f"The line leaves grids {' and '.join(codes)}.",
            hint="Draw it inside the two grids, or move the border of the third grid first.",
        )
    grids = dict(noded.grids)
    for code, owned in zip(codes, (own, other), strict=True):
        remaining = faces[(own | other) & (owned ^ is_changed)]
        if not len(remaining):
            raise BadCut(
                f"Grid {code} would lose its whole area.", hint="Merge the two grids instead."
            )
        grids[code] = Grid(grids[code].name, join_faces([*remaining]))
    return partition.with_grids(grids)


def _find_stretch(
    pair: Any, line: shapely.LineString
) -> tuple[shapely.LineString, shapely.LineString] | None:
    """Return the stretch of the border of two polygons that a line replaces, and its new course.

    None if the line meets no border of the two twice.
    """
    shared = shapely.line_merge(shapely.intersection(*shapely.boundary(pair)))
    for border in shapely.get_parts(shared):
        if border.geom_type != "LineString":
            continue
        places = _meeting_places(border, line)
        if len(places) < 2 or places[0] == places[-1]:
            continue
        start, end = (border.project(line.interpolate(place)) for place in (places[0], places[-1]))
        middle = shapely.get_coordinates(substring(line, places[0], places[-1]))[1:-1]
        first, last = (shapely.get_coordinates(border.interpolate(at)) for at in (start, end))
        new_stretch = shapely.LineString(np.concatenate([first, middle, last]))
        stretch = min(
            _stretches(border, *sorted((start, end))),
            key=lambda one: shapely.area(_enclosed(one, new_stretch)),
        )
        return stretch, new_stretch
    return None


def _meeting_places(border: shapely.LineString, line: shapely.LineString) -> list[float]:
    """Return how far along a line it meets a border, in order."""
    meeting = shapely.get_coordinates(shapely.intersection(line, border))
    places = [line.project(shapely.Point(point)) for point in meeting]
    for at in (0.0, line.length):
        if shapely.distance(line.interpolate(at), border) <= MAX_EXTENSION:
            places.append(at)
    return sorted(places)


def _stretches(border: shapely.LineString, start: float, end: float) -> list[Any]:
    """Return the part of a border between two places; of a ring also the other one."""
    inner = substring(border, start, end)
    if not border.is_closed:
        return [inner]
    parts = [substring(border, end, border.length), substring(border, 0, start)]
    return [inner, shapely.line_merge(shapely.union_all(parts))]


def _enclosed(stretch: shapely.LineString, new_stretch: shapely.LineString) -> Any:
    """Return the area between the old and the new course of a border."""
    lines = shapely.union_all([stretch, new_stretch])
    return shapely.union_all(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))
