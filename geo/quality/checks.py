"""Looking through the data in force for what is wrong or odd: `gridward check`."""

import datetime
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import Geography
from sqlalchemy import Select, cast, func, select
from sqlalchemy.orm import Session

from geo import areas, city_time
from geo.geometry import topology
from geo.geometry.topology import Patch
from geo.grids import grids
from geo.models import Area, Building, BuildingStatus, MicroGrid
from geo.plans.core.rules import ASTRIDE_M2, SLIVER_M
from geo.quality.findings import Finding


def findings(session: Session, *, area_code: str | None = None) -> list[Finding]:
    """Return everything found inside an area, or anywhere: errors first, then by kind and code."""
    at = city_time.now()
    found = [finding for look in LOOKS for finding in look(session, area_code, at)]
    return sorted(found, key=lambda finding: (not finding.is_error, finding.kind, finding.codes))


def _standing(area_code: str | None) -> Select[Any, Any, Any]:
    statement = select(Building.code, func.ST_X(Building.point), func.ST_Y(Building.point)).where(
        Building.status == BuildingStatus.STANDING
    )
    if area_code is not None:
        statement = statement.where(areas.within(Building.community_code, area_code))
    return statement


def in_no_grid(session: Session, area_code: str | None, at: datetime.datetime) -> Iterator[Finding]:
    """Yield standing buildings whose point no grid covers, once there are grids at all."""
    if grids.revision_at(session, at) is None:
        return
    lost = _standing(area_code).where(grids.covering(Building.point, at).is_(None))
    for code, lon, lat in session.execute(lost):
        yield Finding("building_in_no_grid", True, (code,), 1, "", lon, lat)


def without_community(
    session: Session, area_code: str | None, _at: datetime.datetime
) -> Iterator[Finding]:
    """Yield standing buildings of no known community."""
    if area_code is not None:
        return
    for code, lon, lat in session.execute(_standing(None).where(Building.community_code.is_(None))):
        yield Finding("building_without_community", False, (code,), 1, "", lon, lat)


def outside_community(
    session: Session, area_code: str | None, _at: datetime.datetime
) -> Iterator[Finding]:
    """Yield standing buildings whose point their community's outline does not cover."""
    away = func.ST_Distance(cast(Area.geom, Geography), cast(Building.point, Geography))
    stray = (
        _standing(area_code)
        .add_columns(Building.community_code, away)
        .join(Area, Area.code == Building.community_code)
        .where(~func.ST_Covers(Area.geom, Building.point))
    )
    for code, lon, lat, community, metres in session.execute(stray):
        yield Finding("building_outside_community", True, (code, community), metres, "m", lon, lat)


def astride(session: Session, area_code: str | None, at: datetime.datetime) -> Iterator[Finding]:
    """Yield standing buildings of which more than ASTRIDE_M2 stand in each of several grids."""
    share = func.ST_Area(
        cast(func.ST_Intersection(Building.footprint, MicroGrid.geom), Geography)
    ).label("share")
    shares = (
        _standing(area_code)
        .add_columns(MicroGrid.code.label("grid_code"), share)
        .join(MicroGrid, func.ST_Intersects(MicroGrid.geom, Building.footprint))
        .where(grids.in_force(at), ~func.ST_Covers(MicroGrid.geom, Building.footprint))
        .order_by(Building.code, share.desc())
    )
    parts: dict[str, list[tuple[float, float, str, float]]] = {}
    for code, lon, lat, grid_code, square_metres in session.execute(shares):
        if square_metres > ASTRIDE_M2:
            parts.setdefault(code, []).append((lon, lat, grid_code, square_metres))
    for code, held in parts.items():
        if len(held) > 1:
            (lon, lat, _, _), *others = held
            codes = (code, *(grid_code for _, _, grid_code, _ in held))
            beyond = sum(square_metres for *_, square_metres in others)
            yield Finding("building_astride_grids", False, codes, beyond, "m²", lon, lat)


def duplicates(
    session: Session, area_code: str | None, _at: datetime.datetime
) -> Iterator[Finding]:
    """Yield standing buildings that share their very outline, each group once."""
    same = func.count().over(partition_by=Building.footprint).label("same")
    group = func.dense_rank().over(order_by=Building.footprint).label("group")
    every = _standing(area_code).add_columns(same, group).subquery()
    rows = session.execute(
        select(every).where(every.c.same > 1).order_by(every.c.group, every.c[0])
    )
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    for members in groups.values():
        codes = tuple(row[0] for row in members)
        first = members[0]
        yield Finding("duplicate_footprint", False, codes, len(codes), "×", first[1], first[2])


def tiling(session: Session, area_code: str | None, at: datetime.datetime) -> Iterator[Finding]:
    """Yield what keeps the grids of each community from tiling it, and their slivers."""
    in_area = grids.in_force(at)
    if area_code is not None:
        in_area &= areas.within(MicroGrid.code, area_code)
    rows = session.execute(
        select(MicroGrid.code, MicroGrid.community_code, func.ST_AsBinary(MicroGrid.geom))
        .where(in_area)
        .order_by(MicroGrid.code)
    ).all()
    if not rows:
        return
    codes = [row[0] for row in rows]
    communities = np.array([row[1] for row in rows])
    shapes = shapely.from_wkb([bytes(row[2]) for row in rows])
    yield from _found("grid_overlap", True, topology.overlaps(shapes), codes)
    yield from _found("grid_sliver", False, topology.slivers(shapes, SLIVER_M), codes)
    for community, outline in _outlines(session, communities):
        own = np.flatnonzero(communities == community)
        named = [codes[position] for position in own]
        outside = topology.outside(shapes[own], outline)
        yield from _found("grid_outside_community", True, outside, named, community)
        gaps = topology.gaps(shapes[own], outline)
        yield from _found("grid_gap", True, gaps, named, community)


def _outlines(session: Session, communities: Any) -> Iterator[tuple[str, shapely.Geometry]]:
    rows = session.execute(
        select(Area.code, func.ST_AsBinary(Area.geom))
        .where(Area.code.in_(sorted(set(communities.tolist()))), Area.geom.is_not(None))
        .order_by(Area.code)
    )
    for code, wkb in rows:
        yield code, shapely.from_wkb(bytes(wkb))


def _found(
    kind: str, is_error: bool, patches: list[Patch], codes: list[str], *more: str
) -> Iterator[Finding]:
    for patch in patches:
        named = (*more, *(codes[position] for position in patch.positions))
        yield Finding(kind, is_error, named, patch.area_m2, "m²", patch.lon, patch.lat)


LOOKS = (in_no_grid, without_community, outside_community, astride, duplicates, tiling)
"""Everything that is looked for."""
