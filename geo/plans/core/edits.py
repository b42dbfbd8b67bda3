"""The edits of a partition: partition in, partition out, tiling the very same ground."""

from collections.abc import Sequence

import numpy as np
import shapely

from geo import codes as numbers
from geo.errors import Conflict, Invalid
from geo.plans.core.line_cut import BadCut, Laid, cut, fault
from geo.plans.core.partition import Grid, Partition, same_ground, shapes


class GridsApart(Invalid):
    """Grids to be merged do not touch along a border."""

    code = "grids_apart"


class CodeTaken(Conflict):
    """A grid has, or had, the code already."""

    code = "grid_code_taken"


def split(
    partition: Partition, code: str, line: shapely.LineString, into: tuple[str, str] | None = None
) -> Partition:
    """Cut a grid in two along a line. Raises BadCut unless exactly two pieces result.

    The larger piece takes the first code of `into`, by default its own; the other a fresh one.
    Parts of the grid that the line leaves alone stay with the larger piece.
    """
    name = partition.grid(code).name
    laid = cut(partition, code, line)
    halves = _halves(code, laid)
    if halves is None:
        raise fault(laid, f"grid {code}")
    large, small = halves
    beside = [face for face in laid.faces if not laid.is_along(face)]
    first, second = into or (code, numbers.fresh(partition.community, partition.used)[0])
    check_free(partition, (first, second), {code})
    grids = {other: grid for other, grid in laid.partition.grids.items() if other != code}
    grids |= {first: Grid(name, joined([*large, *beside])), second: Grid(None, joined(small))}
    return checked(partition, laid.partition.with_grids(grids))


def _halves(code: str, laid: Laid) -> tuple[list[shapely.Polygon], list[shapely.Polygon]] | None:
    """Return the pieces on either side of the line, the larger side first, if it cuts in two.

    A line may run through several parts of a grid, but cuts each of them in two at most.
    """
    along = [face for face in laid.faces if laid.is_along(face)]
    if len(along) == 2 and connected(along):  # not two parts that it ends inside of
        halves = [[along[0]], [along[1]]]
    else:
        sides = [laid.sides(face) for face in along]
        halves = [
            [face for face, its in zip(along, sides, strict=True) if its == {side}]
            for side in ("left", "right")
        ]
        parts = len(shapely.get_parts(laid.partition.grid(code).geom))
        if sum(map(len, halves)) < len(along) or len(laid.faces) > 2 * parts or not all(halves):
            return None
    large, small = sorted(halves, key=area, reverse=True)
    return large, small


def move_border(
    partition: Partition, codes: tuple[str, str], line: shapely.LineString
) -> Partition:
    """Make a line the border between two grids that touch: their common ground is cut anew.

    Each grid takes the side of which it had the larger share. Raises BadCut, GridsApart.
    """
    one, two = codes
    name = partition.grid(one).name, partition.grid(two).name
    whole = merge(partition, codes, one)
    laid = cut(whole, one, line)
    along = [face for face in laid.faces if laid.is_along(face)]
    left, right = (
        [face for face in along if laid.sides(face) == {side}] for side in ("left", "right")
    )
    if not left or not right or len(left) + len(right) < len(along):
        raise fault(laid, f"grids {one} and {two}")
    ground = partition.grid(one).geom
    own, other = sorted((left, right), key=lambda side: _share(side, ground), reverse=True)
    for face in laid.faces:
        if not laid.is_along(face):
            (own if shapely.covers(ground, face.representative_point()) else other).append(face)
    grids = dict(laid.partition.grids) | {
        one: Grid(name[0], joined(own)),
        two: Grid(name[1], joined(other)),
    }
    return checked(partition, laid.partition.with_grids(grids))


def _share(faces: Sequence[shapely.Geometry], ground: shapely.Geometry) -> float:
    """Return which share of some faces a piece of ground covers."""
    return float(sum(shapely.area(shapely.intersection(faces, ground)))) / area(faces)


def area(faces: Sequence[shapely.Geometry]) -> float:
    """Return the size of faces in square degrees, to compare them by."""
    return float(sum(shapely.area(faces)))


def renumber(partition: Partition) -> Partition:
    """Give all grids fresh codes, from west to east in bands from north to south."""
    grids = list(partition.grids.values())
    order = numbers.reading_order(
        shapely.get_coordinates(shapely.point_on_surface(shapes(partition)))
    )
    codes = numbers.fresh(partition.community, partition.used, len(grids))
    return partition.with_grids(
        {code: grids[at] for code, at in zip(codes, order.tolist(), strict=True)}
    )


def merge(partition: Partition, codes: Sequence[str], into: str | None = None) -> Partition:
    """Join grids that touch along borders, under the lowest of their codes or `into`."""
    merged = sorted(set(codes))
    geoms = [partition.grid(code).geom for code in merged]
    if len(merged) < 2:
        raise GridsApart("One grid alone cannot be merged.", hint="Name two grids or more.")
    if not connected(geoms):
        raise GridsApart(
            f"Grids {', '.join(merged)} do not all touch along a border.",
            hint="Merge grids beside each other, or include those between them.",
        )
    kept = into or merged[0]
    check_free(partition, (kept,), set(merged))
    name = partition.grid(kept if kept in merged else merged[0]).name
    grids = {code: grid for code, grid in partition.grids.items() if code not in merged}
    grids[kept] = Grid(name, joined(geoms))
    return checked(partition, partition.with_grids(grids))


def rename(partition: Partition, code: str, name: str | None) -> Partition:
    """Give a grid another name, or none."""
    renamed = Grid(name, partition.grid(code).geom)
    return partition.with_grids({**partition.grids, code: renamed})


def joined(geoms: Sequence[shapely.Geometry]) -> shapely.Polygon | shapely.MultiPolygon:
    """Return faces that share their corners as one ground, with every corner they have."""
    ground = shapely.coverage_union_all(np.array(geoms, dtype=object))
    if not isinstance(ground, shapely.Polygon | shapely.MultiPolygon):
        raise BadCut("The ground does not join to a grid.", hint="Draw the line elsewhere.")
    return ground


def connected(geoms: Sequence[shapely.Geometry]) -> bool:
    """Tell whether pieces of ground hang together along borders."""
    edges = shapely.boundary(np.array(geoms, dtype=object))
    reached, left = {0}, set(range(1, len(geoms)))
    while left:
        near = {
            at
            for at in left
            for seen in reached
            if shapely.length(shapely.intersection(edges[at], edges[seen])) > 0
        }
        if not near:
            return False
        reached |= near
        left -= near
    return True


def check_free(partition: Partition, wanted: Sequence[str], own: set[str]) -> None:
    """Raise CodeTaken, or BadNesting, unless codes may be given to grids of the community."""
    taken = [code for code in wanted if code in partition.used - own]
    if taken or len(set(wanted)) < len(wanted):
        raise CodeTaken(
            f"The code {(taken or list(wanted))[0]} cannot be given: codes are never used twice.",
            hint="Leave the codes out, and fresh ones are given.",
        )
    for code in wanted:
        numbers.check_nesting(code, partition.community)


BESIDE = "Draw the line a little beside where it is, away from corners."


def checked(before: Partition, after: Partition, *, hint: str = BESIDE) -> Partition:
    """Return the partition after an edit. Raises BadCut unless it tiles the ground of before."""
    if not same_ground(before, after):
        raise BadCut("The grids would no longer tile their community.", hint=hint)
    return after
