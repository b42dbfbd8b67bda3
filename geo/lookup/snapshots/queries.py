"""Reading what snapshots are compiled from, and what there is to compile."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, Engine, bindparam, func, select, text

from geo.feature_query import Box, in_box
from geo.lookup.index import cell_index
from geo.lookup.snapshots import index_overlay
from geo.lookup.snapshots.index_overlay import Change, Geoms, Outlines
from geo.lookup.snapshots.revision_timeline import Stamp, Timeline
from geo.lookup.snapshots.snapshot import Ground, Plate, Plates, Snapshot
from geo.models import Area, Level, MicroGrid, Revision

MARGIN = 1e-6
"""Degrees by which a bounding box is widened to find the grids beside it."""


@dataclass(frozen=True)
class Pulse:
    """The clock of the database, and enough about its revisions to see that there are others."""

    now: datetime.datetime
    digest: tuple[int, datetime.datetime | None]


@contextmanager
def opened(engine: Engine) -> Iterator[Connection]:
    """Open a connection on which all that is read is of one moment."""
    with engine.connect() as connection:
        yield connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )


def pulse(connection: Connection) -> Pulse:
    """Return what the database says about itself in passing."""
    row = connection.execute(
        select(func.clock_timestamp(), func.count(), func.max(Revision.published_at)).select_from(
            Revision
        )
    ).one()
    return Pulse(row[0], (row[1], row[2]))


def timeline(connection: Connection) -> Timeline:
    """Return all revisions."""
    rows = connection.execute(
        select(Revision.number, Revision.effective_at, Revision.published_at)
    ).all()
    return Timeline({row[0]: Stamp(row[1], row[2]) for row in rows})


def outlines(connection: Connection, at: datetime.datetime, box: Box | None = None) -> Outlines:
    """Return the grids in force at a moment: all, or those that meet a box."""
    statement = select(
        MicroGrid.code,
        MicroGrid.name,
        MicroGrid.community_code,
        func.ST_AsBinary(MicroGrid.geom),
    ).where(MicroGrid.in_force.contains(at))
    if box is not None:
        statement = statement.where(in_box(MicroGrid.geom, box))
    return _outlines(connection.execute(statement.order_by(MicroGrid.code)).all())


def _outlines(rows: Sequence[Any]) -> Outlines:
    codes, names, communities = (_objects([row[at] for row in rows]) for at in range(3))
    return Outlines(codes, names, communities, _shapes([row[3] for row in rows]))


def _objects(values: Sequence[Any]) -> Geoms:
    return np.array(values, dtype=object)


def _shapes(wkb: Sequence[bytes]) -> Geoms:
    return np.asarray(shapely.from_wkb([bytes(shape) for shape in wkb]), dtype=object)


_CHANGED = text("""
SELECT DISTINCT code FROM micro_grid
WHERE begun_in = ANY(:revisions) OR ended_in = ANY(:revisions) LIMIT :most
""")

# A shape that a changed grid has ever had counts: what period it lay in may itself have changed.
_FRESH = text("""
WITH shape AS MATERIALIZED (
    SELECT ST_Expand(geom, :margin) AS box FROM micro_grid WHERE code = ANY(:changed)
), near AS MATERIALIZED (
    SELECT DISTINCT grid.id, ST_Expand(grid.geom, :margin) AS box
    FROM shape JOIN micro_grid AS grid ON grid.geom && shape.box
    WHERE grid.in_force @> :at
), around AS MATERIALIZED (
    SELECT DISTINCT grid.id
    FROM near JOIN micro_grid AS grid ON grid.geom && near.box
    WHERE grid.in_force @> :at
)
SELECT code, name, community_code, ST_AsBinary(geom), id IN (SELECT id FROM near)
FROM micro_grid WHERE id IN (SELECT id FROM around) ORDER BY code
""").bindparams(bindparam("margin", MARGIN))


def change(
    connection: Connection, revisions: Collection[int], at: datetime.datetime, most: int
) -> Change | None:
    """Return what some revisions changed, as it is at a moment; None if more than `most` grids."""
    asked = {"revisions": list(revisions), "most": most + 1}
    changed = connection.execute(_CHANGED, asked).scalars().all()
    if len(changed) > most:
        return None
    rows = connection.execute(_FRESH, {"changed": changed, "at": at}).all()
    near = np.array([row[4] for row in rows], dtype=np.bool_)
    return Change(frozenset(changed), _outlines(rows), near)


def plates(connection: Connection) -> Plates:
    """Return, for each community, the areas whose code its own starts with, the city first."""
    found = connection.execute(
        select(Area.code, Area.level, Area.name).order_by(func.length(Area.code), Area.code)
    )
    every = {code: Plate(level, code, name) for code, level, name in found}
    return {
        code: [every[code[:end]] for end in range(1, len(code) + 1) if code[:end] in every]
        for code, plate in every.items()
        if plate.level is Level.COMMUNITY
    }


def ground(
    connection: Connection, box: Box | None = None, memory_bytes: int | None = None
) -> Ground:
    """Return the areas, with the outlines of the communities: all, or those that meet a box."""
    statement = select(Area.code, func.ST_AsBinary(Area.geom)).where(
        Area.level == Level.COMMUNITY, Area.geom.is_not(None)
    )
    if box is not None:
        statement = statement.where(in_box(Area.geom, box))
    rows = connection.execute(statement.order_by(Area.code)).all()
    index = cell_index.build(_shapes([row[1] for row in rows]), memory_bytes=memory_bytes)
    return Ground(plates(connection), [row[0] for row in rows], index)


def snapshot(
    connection: Connection,
    at: datetime.datetime,
    box: Box | None = None,
    memory_bytes: int | None = None,
) -> Snapshot:
    """Return the snapshot of a moment for one use: of everything, or of what meets a box."""
    return Snapshot(
        timeline(connection).period(at),
        index_overlay.compile(outlines(connection, at, box), memory_bytes),
        ground(connection, box, memory_bytes),
    )
