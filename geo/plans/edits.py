"""The edits of a partition: partition in, partition out, tiling the very same ground."""

from collections.abc import Sequence

import numpy as np
import shapely

from geo import codes as numbers
from geo.errors import Conflict, Invalid
from geo.plans.cutting import BadCut, cut
from geo.plans.partition import Grid, Partition, same_ground


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
    grown, along, beside = cut(partition, code, line)
    if len(along) != 2:
        raise BadCut(
            f"The line cuts grid {code} in {max(1, len(along))}, not in two.",
            hint="Draw one line from border to border that enters the grid once and leaves once.",
        )
    large, small = sorted(along, key=lambda face: float(face.area), reverse=True)
    first, second = into or (code, numbers.fresh(partition.community, partition.used)[0])
    _check_free(partition, (first, second), {code})
    grids = {other: grid for other, grid in grown.grids.items() if other != code}
    grids |= {first: Grid(name, _joined([large, *beside])), second: Grid(None, small)}
    return _checked(partition, partition.with_grids(grids))


def merge(partition: Partition, codes: Sequence[str], into: str | None = None) -> Partition:
    """Join grids that touch along borders, under the lowest of their codes or `into`."""
    merged = sorted(set(codes))
    geoms = [partition.grid(code).geom for code in merged]
    if len(merged) < 2:
        raise GridsApart("One grid alone cannot be merged.", hint="Name two grids or more.")
    if not _connected(geoms):
        raise GridsApart(
            f"Grids {', '.join(merged)} do not all touch along a border.",
            hint="Merge grids beside each other, or include those between them.",
        )
    kept = into or merged[0]
    _check_free(partition, (kept,), set(merged))
    name = partition.grid(kept if kept in merged else merged[0]).name
    grids = {code: grid for code, grid in partition.grids.items() if code not in merged}
    grids[kept] = Grid(name, _joined(geoms))
    return _checked(partition, partition.with_grids(grids))


def rename(partition: Partition, code: str, name: str | None) -> Partition:
    """Give a grid another name, or none."""
    renamed = Grid(name, partition.grid(code).geom)
    return partition.with_grids({**partition.grids, code: renamed})


def _joined(geoms: Sequence[shapely.Geometry]) -> shapely.Polygon | shapely.MultiPolygon:
    joined = shapely.coverage_union_all(np.array(geoms, dtype=object))
    if not isinstance(joined, shapely.Polygon | shapely.MultiPolygon):
        raise BadCut("The ground does not join to a grid.", hint="Draw the line elsewhere.")
    return joined


def _connected(geoms: Sequence[shapely.Geometry]) -> bool:
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


def _check_free(partition: Partition, wanted: Sequence[str], own: set[str]) -> None:
    taken = [code for code in wanted if code in partition.used - own]
    if taken or len(set(wanted)) < len(wanted):
        raise CodeTaken(
            f"The code {(taken or list(wanted))[0]} cannot be given: codes are never used twice.",
            hint="Leave the codes out, and fresh ones are given.",
        )
    for code in wanted:
        numbers.check_nesting(code, partition.community)


def _checked(before: Partition, after: Partition) -> Partition:
    if not same_ground(before, after):
        raise BadCut(
            "The grids would no longer tile their community.",
            hint="Draw the line a little beside where it is, away from corners.",
        )
    return after
