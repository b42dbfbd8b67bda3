"""Checks of the data in force: `gridward check`."""

import datetime
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, Select, cast, func, select
from sqlalchemy.orm import Session

from geo import areas, city_time
from geo.grids import grids
from geo.models import Area, Building, BuildingStatus, Level, MicroGrid
from geo.quality import tiling
from geo.quality.findings import MIN_ASTRIDE_M2, Finding


def run_checks(session: Session, *, area_code: str | None = None) -> list[Finding]:
    """Return all findings in an area, or anywhere: errors first, then by kind and code."""
    at = city_time.now()
    findings = [finding for check in CHECKS for finding in check(session, area_code, at)]
    return sorted(findings, key=lambda one: (not one.is_error, one.kind, one.codes))


def _standing(area_code: str | None) -> Select[Any, Any, Any]:
    """Select the code, longitude and latitude of standing buildings."""
    statement = select(Building.code, func.ST_X(Building.point), func.ST_Y(Building.point)).where(
        Building.status == BuildingStatus.STANDING
    )
    if area_code is not None:
        statement = statement.where(areas.within(Building.community_code, area_code))
    return statement


def check_building_grid(
    session: Session, area_code: str | None, at: datetime.datetime
) -> Iterator[Finding]:
    """Yield standing buildings whose point no grid covers, if there are any grids."""
    if grids.revision_at(session, at) is None:
        return
    without_grid = _standing(area_code).where(
        grids.covering_grid_code(Building.point, at).is_(None)
    )
    for code, lon, lat in session.execute(without_grid):
        yield Finding("building_in_no_grid", True, (code,), 1, "", lon, lat)


def check_building_community(
    session: Session, area_code: str | None, _at: datetime.datetime
) -> Iterator[Finding]:
    """Yield standing buildings without a community."""
    if area_code is not None:
        return
    statement = _standing(None).where(Building.community_code.is_(None))
    for code, lon, lat in session.execute(statement):
        yield Finding("building_without_community", False, (code,), 1, "", lon, lat)


def check_building_location(
    session: Session, area_code: str | None, _at: datetime.datetime
) -> Iterator[Finding]:
    """Yield standing buildings whose point lies outside their community."""
    distance_m = func.ST_Distance(cast(Area.geom, Geography), cast(Building.point, Geography))
    outside = (
        _standing(area_code)
        .add_columns(Building.community_code, distance_m)
        .join(Area, Area.code == Building.community_code)
        .where(~func.ST_Covers(Area.geom, Building.point))
    )
    for code, lon, lat, community, metres in session.execute(outside):
        yield Finding("building_outside_community", True, (code, community), metres, "m", lon, lat)


def check_astride(
    session: Session, area_code: str | None, at: datetime.datetime
) -> Iterator[Finding]:
    """Yield standing buildings with more than MIN_ASTRIDE_M2 in each of several grids."""
    shared_m2 = func.ST_Area(
        cast(func.ST_Intersection(Building.footprint, MicroGrid.geom), Geography)
    ).label("shared_m2")
    statement = (
        _standing(area_code)
        .add_columns(MicroGrid.code.label("grid_code"), shared_m2)
        .join(MicroGrid, func.ST_Intersects(MicroGrid.geom, Building.footprint))
        .where(grids.in_force(at), ~func.ST_Covers(MicroGrid.geom, Building.footprint))
        .order_by(Building.code, shared_m2.desc())
    )
    parts_of: dict[str, list[Any]] = {}
    for row in session.execute(statement):
        if row.shared_m2 > MIN_ASTRIDE_M2:
            parts_of.setdefault(row.code, []).append(row)
    for code, parts in parts_of.items():
        if len(parts) > 1:
            _, lon, lat, *_ = parts[0]
            codes = (code, *(row.grid_code for row in parts))
            outside_m2 = sum(row.shared_m2 for row in parts[1:])
            yield Finding("building_astride_grids", False, codes, outside_m2, "m²", lon, lat)


def check_duplicates(
    session: Session, area_code: str | None, _at: datetime.datetime
) -> Iterator[Finding]:
    """Yield standing buildings that have the same outline, each group once."""
    group_size = func.count().over(partition_by=Building.footprint).label("group_size")
    group = func.dense_rank().over(order_by=Building.footprint).label("group")
    buildings = _standing(area_code).add_columns(group_size, group).subquery()
    rows = session.execute(
        select(buildings)
        .where(buildings.c.group_size > 1)
        .order_by(buildings.c.group, buildings.c.code)
    )
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    for members in groups.values():
        codes = tuple(row.code for row in members)
        _, lon, lat, *_ = members[0]
        yield Finding("duplicate_footprint", False, codes, len(codes), "buildings", lon, lat)


def check_tiling(
    session: Session, area_code: str | None, at: datetime.datetime
) -> Iterator[Finding]:
    """Yield what keeps the grids of each community from tiling it, and their slivers."""
    condition = grids.in_force(at)
    if area_code is not None:
        condition &= areas.within(MicroGrid.code, area_code)
    rows = session.execute(
        select(MicroGrid.code, MicroGrid.community_code, func.ST_AsBinary(MicroGrid.geom))
        .where(condition)
        .order_by(MicroGrid.code)
    ).all()
    if not rows:
        return
    codes, communities, wkb = zip(*rows, strict=True)
    geoms = np.asarray(shapely.from_wkb([bytes(one) for one in wkb]), dtype=object)
    outlines = areas.load_outlines(session, sorted(set(communities)))
    yield from tiling.check_tiling(codes, geoms, communities, outlines)


def check_communities(
    session: Session, area_code: str | None, _at: datetime.datetime
) -> Iterator[Finding]:
    """Yield narrow gaps between communities: parts of a higher area that are in none of them."""
    condition: ColumnElement[bool] = Area.geom.is_not(None)
    if area_code is not None:
        condition &= areas.within(Area.code, area_code)
    rows = session.execute(
        select(Area.code, Area.level, func.ST_AsBinary(Area.geom))
        .where(condition)
        .order_by(Area.code)
    ).all()
    outlines = {code: shapely.from_wkb(bytes(wkb)) for code, _, wkb in rows}
    communities = [code for code, level, _ in rows if level == Level.COMMUNITY]
    if len(communities) < 2:
        return
    geoms = np.array([outlines[code] for code in communities], dtype=object)
    higher = {code: outlines[code] for code in outlines.keys() - set(communities)}
    yield from tiling.find_area_gaps(communities, geoms, dict(sorted(higher.items())))


CHECKS = (
    check_building_grid,
    check_building_community,
    check_building_location,
    check_astride,
    check_duplicates,
    check_tiling,
    check_communities,
)
