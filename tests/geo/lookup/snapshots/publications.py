"""Publish a small revision of the district, and look up which revision a snapshot answers from."""

import datetime

import shapely
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion
from geo.lookup.snapshots import Snapshot, SnapshotStore
from geo.lookup.snapshots.grid_index import FullIndex
from tests.district import lon_lat

COMMUNITY = "230403001001"


def publish(
    engine: Engine,
    suffix: str = "003",
    *,
    at: datetime.datetime | None = None,
    community: str = COMMUNITY,
    west: float = 0,
) -> int:
    """Replace the grids of a community by one grid, commit, and return the revision number.

    The new grid has the code community + suffix. It begins at `west` (see tests/district.py) and is
    as wide as two old grids.
    """
    outline = shapely.box(130 + west / 1000, 47, 130 + (west + 20) / 1000, 47.01)
    with Session(engine) as session:
        old_grids = revisions.current_grids(session, [community])
        new_grid = GridVersion(None, community, shapely.to_wkb(outline))
        deltas = [Delta(code, grid, None) for code, grid in old_grids.items()]
        deltas.append(Delta(community + suffix, None, new_grid))
        revision = revisions.publish(session, deltas, title="x", author="test", effective_at=at)
        session.commit()
        return revision.number


def revision_and_grid(
    snapshot: Snapshot, east: float = 5, north: float = 5
) -> tuple[int | None, str | None]:
    """The revision and the grid code that a snapshot returns for a point of the district."""
    result = snapshot.look_up(*lon_lat(east, north))
    return result.revision, result.grid_code


def has_full_index(snapshots: SnapshotStore) -> bool:
    """Whether the current snapshot has a full index, without an overlay."""
    return isinstance(snapshots.current().index, FullIndex)
