"""Grids as they were at a past moment, brought back among those of today."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from geo.errors import NotFound
from geo.geometry import topology
from geo.geometry.topology import Geoms
from geo.plans.core.edits import checked, joined
from geo.plans.core.import_shapes import fit, settle
from geo.plans.core.noding import Coords, Drawn, distinct, draw, edges_of, rings
from geo.plans.core.partition import Grid, Partition, shapes

Ground = shapely.Polygon | shapely.MultiPolygon


class NotThen(NotFound):
    """The grid, or the community's grids, were not in force at the moment."""

    code = "grid_not_then"


def restore_all(partition: Partition, past: Mapping[str, Grid]) -> Partition:
    """Return a community with the grids that it had, under the codes that they had.

    Where they no longer tile the ground of today, gaps go to the neighbour with the longest
    border, and what lies beyond is cut off. Raises NotThen.
    """
    if not past:
        raise NotThen(
            f"Community {partition.community} had no grids then.",
            hint="GET /v1/revisions tells when grids changed.",
        )
    then = shapes(partition.with_grids(past))
    ground = topology.union(shapes(partition)) if partition.grids else partition.outline
    codes = sorted(past)
    fitted = fit(ground, then, mend=True)
    return partition.with_grids(
        {code: Grid(past[code].name, geom) for code, geom in zip(codes, fitted, strict=True)}
    )


def restore(partition: Partition, code: str, past: Mapping[str, Grid]) -> Partition:
    """Return a partition in which one grid is as it was, under its own code.

    It takes its ground back from its neighbours; one that has no other is retired. What it has
    beyond goes to the grids that had it then, where they are in force, else to the neighbour with
    the longest common border. Raises NotThen.
    """
    if code not in past:
        raise NotThen(
            f"Grid {code} was not in force then.",
            hint=f"GET /v1/grids/{code}/history tells when it was.",
        )
    then = past[code].geom
    heirs = _heirs(partition, code, past)
    near = sorted({*_near(partition, code, then), *heirs})
    geoms = np.array([partition.grids[one].geom for one in near], dtype=object)
    lines = [*rings(then), *_old_borders(partition, code, list(heirs.values()))]
    drawn = draw(partition.grids, edges_of(geoms), lines)
    faces, before = _held(drawn, near)
    owners = settle(faces, _owners(faces, before, code, then, heirs))
    if code not in owners:
        raise NotThen(
            f"The ground that grid {code} had then is not in its community any more.",
            hint="Compare both on the map.",
        )
    grids = _regrown(drawn, faces, before, [one or code for one in owners])
    grids[code] = Grid(past[code].name, _as_it_was(grids[code].geom, then))
    return checked(
        partition, partition.with_grids(grids), hint="Restore the whole community instead."
    )


def _near(partition: Partition, code: str, then: Any) -> list[str]:
    """Return the grids that may win or lose ground, or whose borders may."""
    reach = [then, *([partition.grids[code].geom] if code in partition.grids else [])]
    held = shapely.STRtree(shapes(partition)).query(
        np.array(reach, dtype=object), predicate="dwithin", distance=1e-7
    )
    codes = list(partition.grids)
    return [codes[at] for at in np.unique(held[1]).tolist()]


def _heirs(partition: Partition, code: str, past: Mapping[str, Grid]) -> dict[str, Ground]:
    """Return the grids in force that once had ground which a grid has beyond its old one."""
    now = partition.grids.get(code)
    if now is None or shapely.covers(past[code].geom, now.geom):
        return {}
    return {
        one: grid.geom
        for one, grid in past.items()
        if one != code and one in partition.grids and shapely.intersects(grid.geom, now.geom)
    }


def _old_borders(partition: Partition, code: str, rims: list[Ground]) -> list[Coords]:
    """Return the borders of some old ground, within what a grid has now."""
    if not rims:
        return []
    now = partition.grids[code]
    edges = np.asarray(shapely.linestrings(distinct(edges_of(rims))), dtype=object)
    inner = shapely.intersection(edges[shapely.intersects(edges, now.geom)], now.geom)
    parts = [one for one in shapely.get_parts(inner) if one.geom_type == "LineString"]
    if not parts:
        return []
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    return [shapely.get_coordinates(part) for part in shapely.get_parts(merged)]


def _held(drawn: Drawn, near: list[str]) -> tuple[Geoms, list[str]]:
    """Return the faces that grids of today have, and whose each is."""
    geoms = np.array([drawn.grids[code].geom for code in near], dtype=object)
    spots = shapely.point_on_surface(drawn.faces)
    holder = np.full(len(drawn.faces), -1)
    at, grid = shapely.STRtree(geoms).query(spots, predicate="intersects")
    holder[at[::-1]] = grid[::-1]
    kept = np.flatnonzero(holder >= 0)
    return drawn.faces[kept], [near[one] for one in holder[kept].tolist()]


def _owners(
    faces: Geoms, before: list[str], code: str, then: Any, heirs: Mapping[str, Ground]
) -> list[str | None]:
    """Return whose each face is once a grid is back; None for what it leaves to no heir."""
    shapely.prepare(then)
    spots = shapely.point_on_surface(faces)
    after: list[str | None] = []
    for one, spot, is_back in zip(before, spots, shapely.intersects(then, spots), strict=True):
        if is_back or one != code:
            after.append(code if is_back else one)
        else:
            after.append(next((heir for heir, had in heirs.items() if had.intersects(spot)), None))
    return after


def _regrown(drawn: Drawn, faces: Geoms, before: list[str], after: list[str]) -> dict[str, Grid]:
    """Return the grids after faces changed hands; the others as they are, with their corners."""
    gone = {a for a, b in zip(before, after, strict=True) if a != b}
    won = {b for a, b in zip(before, after, strict=True) if a != b}
    grids = {one: grid for one, grid in drawn.grids.items() if one not in gone | won}
    for one in sorted((gone | won) & set(after)):
        own = [face for face, owner in zip(faces, after, strict=True) if owner == one]
        name = drawn.grids[one].name if one in drawn.grids else None
        grids[one] = Grid(name, joined(own))
    return grids


def _as_it_was(geom: Ground, then: Ground) -> Ground:
    """Return the very shape of then where the ground has the same corners."""
    same = shapely.equals_exact(shapely.normalize(geom), shapely.normalize(then), tolerance=0.0)
    return then if same else geom
