"""Read from the database what snapshots are built from."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, Engine, bindparam, func, select, text

from geo.feature_query import BBox, intersects_bbox
from geo.lookup.index import cell_index
from geo.lookup.snapshots import grid_index
from geo.lookup.snapshots.grid_index import Geometries, GridTable
from geo.lookup.snapshots.index_overlay import GridChanges
from geo.lookup.snapshots.revision_timeline import RevisionTimeline, RevisionTimes
from geo.lookup.snapshots.snapshot import AreaIndex, AreaPaths, AreaRef, Snapshot
from geo.models import Area, Level, MicroGrid, Revision

MARGIN = 1e-6
"""Degrees by which a bounding box is expanded to find neighboring grids."""


@dataclass(frozen=True)
class Heartbeat:
    """The time of the database, and what shows that something has changed."""

    now: datetime.datetime
    fingerprint: tuple[int, datetime.datetime | None]
    """Of the revisions; see `RevisionTimeline`."""
    object_ids: tuple[int | None, ...]
    """Of PostGIS and of the tables. Restoring a dump replaces these objects by new ones."""


@contextmanager
def repeatable_read(engine: Engine) -> Iterator[Connection]:
    """Open a read-only connection whose queries all see the same state of the database."""
    with engine.connect() as connection:
        yield connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )


_HEARTBEAT = select(
    func.clock_timestamp(),
    func.count(),
    func.max(Revision.published_at),
    text("(SELECT oid FROM pg_extension WHERE extname = 'postgis')"),
    text("to_regclass('area')::oid"),
    text("to_regclass('micro_grid')::oid"),
).select_from(Revision)


def read_heartbeat(connection: Connection) -> Heartbeat:
    """Return the current heartbeat; cheap enough to poll."""
    now, count, latest, *object_ids = connection.execute(_HEARTBEAT).one()
    return Heartbeat(now, (count, latest), tuple(object_ids))


def read_timeline(connection: Connection) -> RevisionTimeline:
    """Return the times of all revisions."""
    rows = connection.execute(
        select(Revision.number, Revision.effective_at, Revision.published_at)
    ).all()
    return RevisionTimeline({row[0]: RevisionTimes(row[1], row[2]) for row in rows})


def read_grids(
    connection: Connection, at: datetime.datetime, bbox: BBox | None = None
) -> GridTable:
    """Return the grids in force at a moment: all, or those that meet a bounding box."""
    statement = select(
        MicroGrid.code,
        MicroGrid.name,
        MicroGrid.community_code,
        func.ST_AsBinary(MicroGrid.geom),
    ).where(MicroGrid.in_force.contains(at))
    if bbox is not None:
        statement = statement.where(intersects_bbox(MicroGrid.geom, bbox))
    return _to_table(connection.execute(statement.order_by(MicroGrid.code)).all())


def _to_table(rows: Sequence[Any]) -> GridTable:
    codes, names, community_codes = (
        np.array([row[column] for row in rows], dtype=object) for column in range(3)
    )
    return GridTable(codes, names, community_codes, to_geometries([row[3] for row in rows]))


def to_geometries(wkb: Sequence[bytes]) -> Geometries:
    """Return an array of geometries from WKB."""
    return np.asarray(shapely.from_wkb([bytes(geometry) for geometry in wkb]), dtype=object)


_CHANGED_CODES = text("""
SELECT DISTINCT code FROM micro_grid
WHERE begun_in = ANY(:revisions) OR ended_in = ANY(:revisions) LIMIT :max_rows
""")

# Every shape that a changed grid has ever had counts, because its periods may have changed too.
_NEARBY_GRIDS = text("""
WITH changed AS MATERIALIZED (
    SELECT ST_Expand(geom, :margin) AS bbox FROM micro_grid WHERE code = ANY(:codes)
), neighbor AS MATERIALIZED (
    SELECT DISTINCT grid.id, ST_Expand(grid.geom, :margin) AS bbox
    FROM changed JOIN micro_grid AS grid ON grid.geom && changed.bbox
    WHERE grid.in_force @> :at
), nearby AS MATERIALIZED (
    SELECT DISTINCT grid.id
    FROM neighbor JOIN micro_grid AS grid ON grid.geom && neighbor.bbox
    WHERE grid.in_force @> :at
)
SELECT code, name, community_code, ST_AsBinary(geom), id IN (SELECT id FROM neighbor)
FROM micro_grid WHERE id IN (SELECT id FROM nearby) ORDER BY code
""").bindparams(bindparam("margin", MARGIN))


def read_changes(
    connection: Connection, revisions: Collection[int], at: datetime.datetime, max_grids: int
) -> GridChanges | None:
    """Return what these revisions changed, as of a moment; None if more than `max_grids` grids."""
    params = {"revisions": list(revisions), "max_rows": max_grids + 1}
    codes = connection.execute(_CHANGED_CODES, params).scalars().all()
    if len(codes) > max_grids:
        return None
    rows = connection.execute(_NEARBY_GRIDS, {"codes": codes, "at": at}).all()
    has_all_neighbors = np.array([row[4] for row in rows], dtype=np.bool_)
    return GridChanges(frozenset(codes), _to_table(rows), has_all_neighbors)


def read_area_paths(connection: Connection) -> AreaPaths:
    """Return for each community the areas whose code is a prefix of its own, the city first."""
    rows = connection.execute(
        select(Area.code, Area.level, Area.name).order_by(func.length(Area.code), Area.code)
    )
    areas = {code: AreaRef(level, code, name) for code, level, name in rows}
    return {
        code: [areas[code[:end]] for end in range(1, len(code) + 1) if code[:end] in areas]
        for code, area in areas.items()
        if area.level is Level.COMMUNITY
    }


def read_area_index(
    connection: Connection, bbox: BBox | None = None, memory_bytes: int | None = None
) -> AreaIndex:
    """Return the areas, with the outlines of the communities: all, or those that meet a box."""
    statement = select(Area.code, func.ST_AsBinary(Area.geom)).where(
        Area.level == Level.COMMUNITY, Area.geom.is_not(None)
    )
    if bbox is not None:
        statement = statement.where(intersects_bbox(Area.geom, bbox))
    rows = connection.execute(statement.order_by(Area.code)).all()
    outlines = to_geometries([row[1] for row in rows])
    index = cell_index.build(outlines, memory_bytes=memory_bytes)
    return AreaIndex(read_area_paths(connection), [row[0] for row in rows], index)


def read_snapshot(
    connection: Connection,
    at: datetime.datetime,
    bbox: BBox | None = None,
    memory_bytes: int | None = None,
) -> Snapshot:
    """Return the snapshot of a moment, for one use: of all grids, or those that meet a box."""
    return Snapshot(
        read_timeline(connection).period(at),
        grid_index.build(read_grids(connection, at, bbox), memory_bytes),
        read_area_index(connection, bbox, memory_bytes),
    )
