"""Moving buildings between grids, with the area that is nearest to them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import Invalid, NotFound
from geo.geometry.topology import Geoms
from geo.plans.core.cuts import Cut, Move, cuts, narrow_cuts
from geo.plans.core.edits import are_connected, require_same_area
from geo.plans.core.face_graph import FaceGraph, Mask, add_cut_off, connect
from geo.plans.core.line_cut import join_faces, overlay_lines
from geo.plans.core.loose_vertices import drop_loose_vertices
from geo.plans.core.noding import are_inside
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import Buildings, grid_codes_at

Positions = NDArray[np.int64]
MIN_SHARE_LEFT = 0.02
"""Of a grid's area: a grid that loses its last building and nearly all area should be merged."""


class BuildingNotInCommunity(NotFound):
    """The building is unknown, or stands in no grid of the community."""

    code = "building_not_in_community"


class BuildingsNotAdjacent(Invalid):
    """The area of the buildings does not touch the grid that they are moved to."""

    code = "buildings_not_adjacent"


class GridWouldBeEmpty(Invalid):
    """A grid would have no area."""

    code = "grid_would_be_empty"


def transfer(
    partition: Partition, moved: Sequence[str], to: str, buildings: Buildings
) -> Partition:
    """Move buildings to an adjacent grid, with the area of their grid that is nearest to them.

    Area without buildings that would be cut off from its grid goes along. A building that leaves
    a grid that it came to takes along what it brought. Where only area nearest to buildings of the
    target lies in between, the part that is needed moves too. Raises BuildingNotInCommunity,
    BuildingsNotAdjacent where other buildings or a third grid lie in between, GridWouldBeEmpty,
    NotInPartition.
    """
    partition.grid(to)
    positions = _positions(moved, buildings)
    sources = grid_codes_at(partition, buildings.points[positions])
    _require_other_grid([buildings.codes[position] for position in positions], sources, to)
    after = partition
    for source in sorted({code for code in sources if code is not None and code != to}):
        own = positions[[code == source for code in sources]]
        after = _move(after, Move(source, to, own, partition.originals), buildings)
    after = drop_loose_vertices(partition, after).after_transfer(partition)
    return require_same_area(
        partition, after, hint="Move fewer buildings at once, or move the border."
    )


def _move(partition: Partition, move: Move, buildings: Buildings) -> Partition:
    """Move buildings of one grid by the first cut that connects them with the target.

    Where that divides the grid, the area that moves is narrowed if that keeps it whole.
    """
    standing = _standing_in(partition, move.source, buildings)
    staying = np.setdiff1d(standing, move.own)
    points = buildings.points[move.own], buildings.points[staying]
    for cut in cuts(partition, move, standing, buildings):
        result = _apply(partition, move, cut, *points)
        if result is None:
            continue
        if result.is_divided and not cut.is_return:
            for narrow in narrow_cuts(partition, move, cut, standing, buildings):
                other = _apply(partition, move, narrow, *points)
                if other is not None and not other.is_divided:
                    return other.partition
        return result.partition
    geoms = [partition.grid(code).geom for code in (move.source, move.to)]
    raise _not_adjacent(move.source, move.to, are_connected(geoms))


@dataclass(frozen=True)
class _Result:
    """A partition after a cut, and whether the cut divided the source grid."""

    partition: Partition
    is_divided: bool


def _apply(
    partition: Partition, move: Move, cut: Cut, own: Geoms, staying: Geoms
) -> _Result | None:
    """Return the partition after a cut; None if it separates or does not connect buildings.

    Raises GridWouldBeEmpty.
    """
    source, to = move.source, move.to
    overlay = overlay_lines(partition, source, cut.lines)
    grids = dict(overlay.partition.grids)
    faces = np.array(overlay.faces, dtype=object)
    graph = FaceGraph(overlay.faces, grids[to].geom)
    moving = _moving_faces(faces, graph, cut, own, staying)
    if moving is None:
        return None
    left = shapely.area(faces[~moving]).sum() / shapely.area(faces).sum()
    if not len(staying) and left < MIN_SHARE_LEFT:
        raise GridWouldBeEmpty(
            f"Grid {source} would lose its whole area.", hint=f"Merge it with {to} instead."
        )
    grids[source] = Grid(grids[source].name, join_faces([*faces[~moving]]))
    grids[to] = Grid(grids[to].name, join_faces([grids[to].geom, *faces[moving]]))
    return _Result(overlay.partition.with_grids(grids), graph.is_divided_by(moving))


def _moving_faces(
    faces: Geoms, graph: FaceGraph, cut: Cut, own: Geoms, staying: Geoms
) -> Mask | None:
    """Tell which faces move; None if a cut separates or does not connect buildings."""
    has_own, has_staying = (_contain(faces, points) for points in (own, staying))
    if (has_own & has_staying).any():
        return None
    inside = are_inside(faces, cut.region) & ~has_staying
    between = are_inside(faces, cut.between) & ~has_staying
    areas = shapely.area(faces)
    moving = connect(graph, has_own, has_own | inside, between, areas)
    return None if moving is None else add_cut_off(graph, moving, has_staying, areas)


def _contain(faces: Geoms, points: Geoms) -> Mask:
    """Tell for each of n faces whether it contains one of some points: (n,)."""
    contain = np.zeros(len(faces), dtype=bool)
    contain[shapely.STRtree(points).query(faces, predicate="intersects")[0]] = True
    return contain


def _standing_in(partition: Partition, code: str, buildings: Buildings) -> Positions:
    """Return the positions of the buildings that stand in a grid, in order."""
    near = np.sort(buildings.point_tree.query(partition.grid(code).geom, predicate="intersects"))
    codes = grid_codes_at(partition, buildings.points[near])
    standing: Positions = near[[other == code for other in codes]]
    return standing


def _not_adjacent(source: str, to: str, are_adjacent: bool) -> BuildingsNotAdjacent:
    """Return the error for buildings that are separated from the target grid."""
    if not are_adjacent:
        return BuildingsNotAdjacent(
            f"Grids {source} and {to} do not touch along a border.",
            hint="Move the buildings to an adjacent grid, or those of the grid between first.",
        )
    return BuildingsNotAdjacent(
        f"The area between grid {to} and the buildings stays in {source}: it is nearest to other "
        f"buildings.",
        hint=f"Also move the buildings between them, or only buildings next to grid {to}; or move "
        "the border.",
    )


def _positions(moved: Sequence[str], buildings: Buildings) -> Positions:
    position_of = buildings.position_of
    missing = [code for code in moved if code not in position_of]
    if missing or not moved:
        raise BuildingNotInCommunity(
            f"Building {missing[0]} does not stand in this community."
            if missing
            else "No building is named.",
            hint="GET /v1/buildings?area= lists the buildings of a community.",
        )
    return np.array(sorted({position_of[code] for code in moved}))


def _require_other_grid(moved: Sequence[str], sources: Sequence[str | None], to: str) -> None:
    without_grid = [code for code, grid in zip(moved, sources, strict=True) if grid is None]
    if without_grid:
        raise BuildingNotInCommunity(
            f"Building {without_grid[0]} stands in no grid.",
            hint="Run gridward check: the grids of its community leave a gap.",
        )
    if all(grid == to for grid in sources):
        raise BuildingsNotAdjacent(
            f"The buildings are already in grid {to}.", hint="Name buildings of another grid."
        )
