"""Restoring grids to a past moment among the grids of today."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from geo.errors import NotFound
from geo.geometry import topology
from geo.geometry.topology import Geoms
from geo.plans.core.edits import require_same_area
from geo.plans.core.import_shapes import assign_unowned_faces, fit_to_outline
from geo.plans.core.line_cut import join_faces
from geo.plans.core.noding import (
    Coords,
    NodedGrids,
    edges_of,
    node_lines,
    ring_coords,
    unique_edges,
)
from geo.plans.core.partition import Grid, Partition, Polygonal, grid_geometries


class GridNotInForce(NotFound):
    """The grid, or the community's grids, were not in force at the moment."""

    code = "grid_not_in_force"


def restore_community(partition: Partition, past: Mapping[str, Grid]) -> Partition:
    """Return a community with its past grids under their past codes.

    Where they no longer tile today's area, gaps go to the neighbour with the longest border, and
    what lies outside is cut off. Raises GridNotInForce.
    """
    if not past:
        raise GridNotInForce(
            f"Community {partition.community} had no grids at that moment.",
            hint="GET /v1/revisions lists when grids changed.",
        )
    old = grid_geometries(partition.with_grids(past))
    outline = partition.outline
    if partition.grids:
        outline = topology.union(grid_geometries(partition))
    codes = sorted(past)
    fitted = fit_to_outline(outline, old, repair=True)
    return partition.with_grids(
        {code: Grid(past[code].name, geom) for code, geom in zip(codes, fitted, strict=True)}
    )


def restore_grid(partition: Partition, code: str, past: Mapping[str, Grid]) -> Partition:
    """Return a partition in which one grid has its past geometry again, under its own code.

    Its neighbours give up that area; a neighbour left without area is retired. The grid's area
    outside the past geometry goes to the grids that had it then, if they are in force, else to the
    neighbour with the longest common border. Raises GridNotInForce.
    """
    if code not in past:
        raise GridNotInForce(
            f"Grid {code} was not in force at that moment.",
            hint=f"GET /v1/grids/{code}/history lists when it was.",
        )
    old = past[code].geom
    receivers = _receivers(partition, code, past)
    affected = sorted({*_grids_near(partition, code, old), *receivers})
    geoms = np.array([partition.grids[other].geom for other in affected], dtype=object)
    lines = [*ring_coords(old), *_old_borders(partition, code, list(receivers.values()))]
    noded = node_lines(partition.grids, edges_of(geoms), lines)
    faces, before = _faces_with_owners(noded, affected)
    owners = assign_unowned_faces(faces, _new_owners(faces, before, code, old, receivers))
    if code not in owners:
        raise GridNotInForce(
            f"The area that grid {code} had then is no longer in its community.",
            hint="Compare both on the map.",
        )
    grids = _rebuild_grids(noded, faces, before, [owner or code for owner in owners])
    grids[code] = Grid(past[code].name, _prefer_original(grids[code].geom, old))
    return require_same_area(
        partition, partition.with_grids(grids), hint="Restore the whole community instead."
    )


def _grids_near(partition: Partition, code: str, old: Any) -> list[str]:
    """Return the grids whose area or borders a restored grid may change."""
    geoms = [old, *([partition.grids[code].geom] if code in partition.grids else [])]
    pairs = shapely.STRtree(grid_geometries(partition)).query(
        np.array(geoms, dtype=object), predicate="dwithin", distance=1e-7
    )
    codes = list(partition.grids)
    return [codes[position] for position in np.unique(pairs[1]).tolist()]


def _receivers(partition: Partition, code: str, past: Mapping[str, Grid]) -> dict[str, Polygonal]:
    """Return the grids in force that once had area which a grid now has beyond its old one."""
    current = partition.grids.get(code)
    if current is None or shapely.covers(past[code].geom, current.geom):
        return {}
    return {
        other: grid.geom
        for other, grid in past.items()
        if other != code
        and other in partition.grids
        and shapely.intersects(grid.geom, current.geom)
    }


def _old_borders(partition: Partition, code: str, geoms: list[Polygonal]) -> list[Coords]:
    """Return the borders of past geometries inside a grid of today."""
    if not geoms:
        return []
    current = partition.grids[code]
    edges = np.asarray(shapely.linestrings(unique_edges(edges_of(geoms))), dtype=object)
    inner = shapely.intersection(edges[shapely.intersects(edges, current.geom)], current.geom)
    parts = [part for part in shapely.get_parts(inner) if part.geom_type == "LineString"]
    if not parts:
        return []
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    return [shapely.get_coordinates(part) for part in shapely.get_parts(merged)]


def _faces_with_owners(noded: NodedGrids, codes: list[str]) -> tuple[Geoms, list[str]]:
    """Return the faces that lie in some of today's grids, and the grid of each."""
    geoms = np.array([noded.grids[code].geom for code in codes], dtype=object)
    points = shapely.point_on_surface(noded.faces)
    owners = np.full(len(noded.faces), -1)
    face, grid = shapely.STRtree(geoms).query(points, predicate="intersects")
    owners[face[::-1]] = grid[::-1]  # the first match is written last
    owned = np.flatnonzero(owners >= 0)
    return noded.faces[owned], [codes[owner] for owner in owners[owned].tolist()]


def _new_owners(
    faces: Geoms, before: list[str], code: str, old: Any, receivers: Mapping[str, Polygonal]
) -> list[str | None]:
    """Return the grid of each face after a restore; None where no receiver had the face."""
    shapely.prepare(old)
    points = shapely.point_on_surface(faces)
    after: list[str | None] = []
    for owner, point, is_back in zip(before, points, shapely.intersects(old, points), strict=True):
        if is_back or owner != code:
            after.append(code if is_back else owner)
        else:
            had_it = (other for other, geom in receivers.items() if geom.intersects(point))
            after.append(next(had_it, None))
    return after


def _rebuild_grids(
    noded: NodedGrids, faces: Geoms, before: list[str], after: list[str]
) -> dict[str, Grid]:
    """Return the grids after faces changed owner; other grids keep all their vertices."""
    changes = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    affected = {code for change in changes for code in change}
    grids = {code: grid for code, grid in noded.grids.items() if code not in affected}
    for code in sorted(affected & set(after)):
        own = [face for face, owner in zip(faces, after, strict=True) if owner == code]
        name = noded.grids[code].name if code in noded.grids else None
        grids[code] = Grid(name, join_faces(own))
    return grids


def _prefer_original(geom: Polygonal, original: Polygonal) -> Polygonal:
    """Return the original geometry if the other one has the same vertices."""
    same = shapely.equals_exact(shapely.normalize(geom), shapely.normalize(original), tolerance=0.0)
    return original if same else geom
