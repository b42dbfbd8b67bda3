"""Edits of a partition: each returns a new partition that tiles exactly the same area."""

from collections.abc import Sequence

import numpy as np
import shapely

from geo import codes as grid_codes
from geo.errors import Conflict, Invalid
from geo.plans.core.line_cut import (
    BadCut,
    LineOverlay,
    explain_bad_cut,
    join_faces,
    overlay_cut_line,
)
from geo.plans.core.partition import Grid, Partition, covers_same_area, grid_geometries
from geo.plans.core.reshape import reshape
from geo.plans.core.voronoi import NO_BUILDINGS, Buildings


class GridsNotAdjacent(Invalid):
    """Grids to be merged do not share a border."""

    code = "grids_not_adjacent"


class CodeTaken(Conflict):
    """The code belongs, or belonged, to a grid."""

    code = "grid_code_taken"


def split(
    partition: Partition,
    code: str,
    line: shapely.LineString,
    into: tuple[str, str] | None = None,
    buildings: Buildings = NO_BUILDINGS,
) -> Partition:
    """Cut a grid in two along a line. Raises BadCut unless exactly two pieces result.

    The piece with more households gets the first code of `into`, by default the code and name of
    the grid; the other one a new code. Of two with as many it is the one with more buildings, then
    the larger one. Parts of the grid that the line does not reach go to the larger piece.
    """
    name = partition.grid(code).name
    overlay = overlay_cut_line(partition, code, line)
    pieces = _two_pieces(code, overlay)
    if pieces is None:
        raise explain_bad_cut(overlay, f"grid {code}")
    large, small = pieces
    untouched = [face for face in overlay.faces if not overlay.is_along(face)]
    keeping, leaving = sorted(
        ([*large, *untouched], small),  # the first one if both have as many
        key=lambda piece: _count_inside(piece, buildings),
        reverse=True,
    )
    first, second = into or (code, grid_codes.next_codes(partition.community, partition.used)[0])
    require_codes_free(partition, (first, second), {code})
    grids = {other: grid for other, grid in overlay.partition.grids.items() if other != code}
    grids |= {first: Grid(name, join_faces(keeping))}
    grids |= {second: Grid(None, join_faces(leaving))}
    return require_same_area(partition, overlay.partition.with_grids(grids))


def _count_inside(faces: Sequence[shapely.Geometry], buildings: Buildings) -> tuple[int, int]:
    """Return the households and the buildings in some faces."""
    inside = np.unique(buildings.point_tree.query(faces, predicate="intersects")[1])
    return int(buildings.households[inside].sum()), len(inside)


def _two_pieces(
    code: str, overlay: LineOverlay
) -> tuple[list[shapely.Polygon], list[shapely.Polygon]] | None:
    """Return the faces on either side of the line, the larger side first; None if not two.

    A line may run through several parts of a grid, but may cut each in two at most.
    """
    along = [face for face in overlay.faces if overlay.is_along(face)]
    if len(along) == 2 and are_connected(along):  # not two parts that the line ends inside of
        pieces = [[along[0]], [along[1]]]
    else:
        sides = [overlay.sides(face) for face in along]
        pieces = [
            [face for face, own in zip(along, sides, strict=True) if own == {side}]
            for side in ("left", "right")
        ]
        parts = len(shapely.get_parts(overlay.partition.grid(code).geom))
        on_one_side = sum(map(len, pieces)) == len(along)
        if not on_one_side or len(overlay.faces) > 2 * parts or not all(pieces):
            return None
    large, small = sorted(pieces, key=planar_area, reverse=True)
    return large, small


def move_border(
    partition: Partition, codes: tuple[str, str], line: shapely.LineString
) -> Partition:
    """Make a line the border between two adjacent grids, or a stretch of it.

    A line across both cuts their union; each grid gets the side of which it had the larger share.
    A line from one point of their border to another replaces the stretch in between, as `reshape`
    describes. Raises BadCut, GridsNotAdjacent.
    """
    first, second = codes
    names = partition.grid(first).name, partition.grid(second).name
    overlay = overlay_cut_line(merge(partition, codes, first), first, line)
    along = [face for face in overlay.faces if overlay.is_along(face)]
    left, right = (
        [face for face in along if overlay.sides(face) == {side}] for side in ("left", "right")
    )
    if not left or not right or len(left) + len(right) < len(along):
        reshaped = reshape(partition, codes, line)
        if reshaped is None:
            raise explain_bad_cut(overlay, f"grids {first} and {second}")
        return require_same_area(partition, reshaped)
    before = partition.grid(first).geom
    own, other = sorted((left, right), key=lambda side: _share(side, before), reverse=True)
    for face in overlay.faces:
        if not overlay.is_along(face):
            (own if shapely.covers(before, face.representative_point()) else other).append(face)
    grids = dict(overlay.partition.grids) | {
        first: Grid(names[0], join_faces(own)),
        second: Grid(names[1], join_faces(other)),
    }
    return require_same_area(partition, overlay.partition.with_grids(grids))


def _share(faces: Sequence[shapely.Geometry], geom: shapely.Geometry) -> float:
    """Return the share of the faces' area that a geometry covers."""
    return float(sum(shapely.area(shapely.intersection(faces, geom)))) / planar_area(faces)


def planar_area(faces: Sequence[shapely.Geometry]) -> float:
    """Return the area of faces in square degrees, for comparison only."""
    return float(sum(shapely.area(faces)))


def renumber(partition: Partition) -> Partition:
    """Give all grids new codes, from west to east in bands from north to south."""
    grids = list(partition.grids.values())
    order = grid_codes.reading_order(
        shapely.get_coordinates(shapely.point_on_surface(grid_geometries(partition)))
    )
    codes = grid_codes.next_codes(partition.community, partition.used, len(grids))
    return partition.with_grids(
        {code: grids[position] for code, position in zip(codes, order.tolist(), strict=True)}
    )


def merge(partition: Partition, codes: Sequence[str], into: str | None = None) -> Partition:
    """Join adjacent grids under the lowest of their codes, or under `into`.

    Raises GridsNotAdjacent, CodeTaken.
    """
    merged = sorted(set(codes))
    geoms = [partition.grid(code).geom for code in merged]
    if len(merged) < 2:
        raise GridsNotAdjacent("A single grid cannot be merged.", hint="Name two grids or more.")
    if not are_connected(geoms):
        raise GridsNotAdjacent(
            f"Grids {', '.join(merged)} do not all touch along a border.",
            hint="Merge adjacent grids, or include those between them.",
        )
    target = into or merged[0]
    require_codes_free(partition, (target,), set(merged))
    name = partition.grid(target if target in merged else merged[0]).name
    grids = {code: grid for code, grid in partition.grids.items() if code not in merged}
    grids[target] = Grid(name, join_faces(geoms))
    return require_same_area(partition, partition.with_grids(grids))


def rename(partition: Partition, code: str, name: str | None) -> Partition:
    """Give a grid another name, or none."""
    renamed = Grid(name, partition.grid(code).geom)
    return partition.with_grids({**partition.grids, code: renamed})


def are_connected(geoms: Sequence[shapely.Geometry]) -> bool:
    """Return whether each polygon can be reached from each other one across shared borders."""
    edges = shapely.boundary(np.array(geoms, dtype=object))
    reached, left = {0}, set(range(1, len(geoms)))
    while left:
        adjacent = {
            position
            for position in left
            for other in reached
            if shapely.length(shapely.intersection(edges[position], edges[other])) > 0
        }
        if not adjacent:
            return False
        reached |= adjacent
        left -= adjacent
    return True


def require_codes_free(partition: Partition, wanted: Sequence[str], own: set[str]) -> None:
    """Raise CodeTaken or BadNesting unless grids of the community may get the wanted codes.

    Codes in `own` may be used again.
    """
    used = [code for code in wanted if code in partition.used - own]
    if used or len(set(wanted)) < len(wanted):
        raise CodeTaken(
            f"The code {(used or list(wanted))[0]} is in use: codes are never used twice.",
            hint="Omit the codes to get new ones.",
        )
    for code in wanted:
        grid_codes.require_nested(code, partition.community)


DRAW_ELSEWHERE = "Draw the line a little beside where it is, away from corners."


def require_same_area(
    before: Partition, after: Partition, *, hint: str = DRAW_ELSEWHERE
) -> Partition:
    """Return the partition after an edit. Raises BadCut unless it tiles the same area as before."""
    if not covers_same_area(before, after):
        raise BadCut("The grids would no longer tile their community.", hint=hint)
    return after
