"""The result of a lookup as JSON."""

import datetime
from typing import Any

from sqlalchemy.orm import Session

from geo import people
from geo.lookup import details as lookup_details
from geo.lookup.details import Detail
from geo.lookup.snapshots import Snapshot

DATABASE_DETAILS = frozenset({Detail.BUILDING, Detail.MEMBERS})
"""The details that require the database; the snapshot in memory has everything else."""


def lookup_document(
    snapshot: Snapshot, lon: float, lat: float, details: frozenset[Detail]
) -> dict[str, Any]:
    """Return what a snapshot has about a location in WGS 84."""
    result = snapshot.look_up(lon, lat)
    grid = None
    if result.grid_code is not None:
        grid = {"code": result.grid_code, "name": result.grid_name}
    document: dict[str, Any] = {
        "lon": lon,
        "lat": lat,
        "grid": grid,
        "areas": result.areas,
        "method": result.method,
        "revision": result.revision,
    }
    if Detail.BORDER in details:
        border = snapshot.nearest_border(lon, lat)
        if border is not None:
            document |= {"border_m": border.border_m, "neighbor": border.neighbor}
    return document


def database_details(
    session: Session,
    lon: float,
    lat: float,
    grid_code: str | None,
    details: frozenset[Detail],
    on: datetime.date,
) -> dict[str, Any]:
    """Return what the database has about a location and its grid on a day."""
    document: dict[str, Any] = {}
    if Detail.BUILDING in details:
        document["building"] = lookup_details.find_building(session, lon, lat)
    if Detail.MEMBERS in details:
        members = None if grid_code is None else people.count_members(session, grid_code, on=on)
        document["members"] = members
    return document
