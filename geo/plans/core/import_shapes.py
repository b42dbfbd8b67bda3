"""Importing grids as polygons: snapped to each other, they must tile their community."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import shapely
from pydantic import ConfigDict

from geo import codes as grid_codes
from geo.errors import Invalid
from geo.geometry.topology import Geoms
from geo.plans.core.edits import require_codes_free
from geo.plans.core.line_cut import join_faces
from geo.plans.core.noding import Edge, edges_of, node_lines, ring_coords
from geo.plans.core.partition import Grid, Partition, Polygonal, unwrap_single_parts
from geo.plans.core.step_types import Code, GridPolygon, Name
from geo.quality import tiling
from geo.quality.tiling import Defect


class GridsNotTiling(Invalid):
    """Grids leave gaps in their community, overlap, or reach outside it."""

    code = "grids_not_tiling"


@dataclass(frozen=True)
class GridShape:
    """A grid to be imported: a valid polygon, and optionally a code and a name."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    geometry: GridPolygon
    code: Code | None = None
    name: Name | None = None


def import_grids(partition: Partition, grids: Sequence[GridShape]) -> Partition:
    """Return a community with these grids in place of its own.

    Vertices within a centimetre of a border are moved onto it. A grid may keep the code of one in
    force; it then keeps that grid's name too unless it has its own. Grids without a code get new
    ones in reading order. Raises GridsNotTiling, CodeTaken, BadNesting.
    """
    own_codes = [grid.code for grid in grids if grid.code is not None]
    require_codes_free(partition, own_codes, set(partition.grids))
    geometries = np.array([grid.geometry for grid in grids], dtype=object)
    fitted = fit_to_outline(partition.outline, geometries)
    names = {code: grid.name for code, grid in partition.grids.items()}
    return partition.with_grids(
        {
            code: Grid(names.get(code) if grid.name is None else grid.name, geom)
            for code, grid, geom in zip(
                _complete_codes(partition, grids, fitted), grids, fitted, strict=True
            )
        }
    )


def _complete_codes(
    partition: Partition, grids: Sequence[GridShape], geoms: Sequence[Polygonal]
) -> list[str]:
    """Return the code of each grid; those without one get new codes in reading order."""
    own_codes = [grid.code for grid in grids if grid.code is not None]
    missing = [position for position, grid in enumerate(grids) if grid.code is None]
    new = grid_codes.next_codes(partition.community, {*partition.used, *own_codes}, len(missing))
    points = [shapely.get_coordinates(shapely.point_on_surface(geoms[at]))[0] for at in missing]
    order = grid_codes.reading_order(np.array(points).reshape(-1, 2)).tolist()
    new_codes = {missing[at]: code for at, code in zip(order, new, strict=True)}
    return [grid.code or new_codes[position] for position, grid in enumerate(grids)]


def fit_to_outline(outline: Any, geoms: Geoms, *, repair: bool = False) -> list[Polygonal]:
    """Return n polygons adjusted so that they tile an outline with common vertices.

    Polygons that tile already come back unchanged. With `repair` each gap goes to the neighbour
    with the longest border, each overlap to the first polygon, and what lies outside is cut off;
    without it any defect beyond the rounding of coordinates raises GridsNotTiling.
    """
    if tiling.tiles_outline(geoms, outline):
        return unwrap_single_parts(geoms)
    lines = chain.from_iterable(ring_coords(geom) for geom in geoms)
    faces = node_lines({}, edges_of(outline), lines).faces
    points = shapely.point_on_surface(faces)
    shapely.prepare(outline)
    inside = shapely.intersects(outline, points)
    owners: list[list[int]] = [[] for _ in faces]
    for face, position in shapely.STRtree(geoms).query(points, predicate="intersects").T.tolist():
        owners[face].append(position)
    if not repair:
        _require_no_defects(tiling.find_face_defects(faces, inside.tolist(), owners))
    used = np.flatnonzero(inside)
    first_owners = [min(owners[face]) if owners[face] else None for face in used.tolist()]
    final_owners = assign_unowned_faces(faces[used], first_owners)
    fitted = [
        join_faces(
            [faces[at] for at, owner in zip(used, final_owners, strict=True) if owner == own]
        )
        for own in range(len(geoms))
    ]
    if not tiling.tiles_outline(np.array(fitted, dtype=object), outline):
        raise GridsNotTiling("The grids cannot be fitted together.", hint=HINT)
    return fitted


HINT = "Repair the file with gridward import grids --repair, or in the program that made it."


def assign_unowned_faces(faces: Geoms, owners: Sequence[Any]) -> list[Any]:
    """Return the owner of each of n faces; faces without one go to a neighbour.

    Adjacent faces without an owner go together, to the owner with the longest common border.
    """
    assigned = list(owners)
    edges = [_edges(face) for face in faces]
    faces_at: dict[frozenset[Any], list[int]] = {}
    for face, own_edges in enumerate(edges):
        for edge in own_edges:
            faces_at.setdefault(frozenset(edge), []).append(face)
    unowned = [face for face, owner in enumerate(owners) if owner is None]
    for group in _connected_groups(unowned, edges, faces_at):
        lengths: dict[Any, float] = {}
        for edge in chain.from_iterable(edges[face] for face in group):
            for face in faces_at[frozenset(edge)]:
                if owners[face] is not None:
                    length = float(np.hypot(edge[0][0] - edge[1][0], edge[0][1] - edge[1][1]))
                    lengths[owners[face]] = lengths.get(owners[face], 0.0) + length
        owner = max(sorted(lengths), key=lambda one: lengths[one], default=None)
        for face in group:
            assigned[face] = owner
    return assigned


def _connected_groups(
    faces: Sequence[int],
    edges: Sequence[Sequence[Edge]],
    faces_at: dict[frozenset[Any], list[int]],
) -> list[list[int]]:
    """Return faces grouped so that those of a group are connected across edges."""
    left, groups = set(faces), []
    for start in faces:
        if start not in left:
            continue
        left.remove(start)
        group, queue = [start], [start]
        while queue:
            neighbours = {face for edge in edges[queue.pop()] for face in faces_at[frozenset(edge)]}
            reached = sorted(neighbours & left)
            left -= neighbours
            group += reached
            queue += reached
        groups.append(group)
    return groups


def _edges(face: shapely.Polygon) -> list[Edge]:
    return [((a[0], a[1]), (b[0], b[1])) for a, b in edges_of(face).tolist()]


def _require_no_defects(defects: Sequence[Defect]) -> None:
    by_kind: dict[str, list[Defect]] = {}
    for defect in defects:
        by_kind.setdefault(defect.kind, []).append(defect)
    if by_kind:
        summary = "; ".join(_summarize(kind, same) for kind, same in by_kind.items())
        raise GridsNotTiling(f"The grids do not tile their community: {summary}.", hint=HINT)


def _summarize(kind: str, defects: Sequence[Defect]) -> str:
    """Return the number, total size, and the largest of some defects, as text."""
    patches = [defect.patch for defect in defects]
    largest = max(patches, key=lambda patch: patch.area_m2)
    where = f"{largest.lon:.6f},{largest.lat:.6f}"
    if len(largest.positions) > 1:
        grids = " and ".join(str(position + 1) for position in largest.positions)
        where += f" of grids {grids} of the list"
    total_m2 = sum(patch.area_m2 for patch in patches)
    return (
        f"{len(patches)} × {kind}, {total_m2:,.2f} m², "
        f"the largest {largest.area_m2:,.2f} m² at {where}"
    )
