"""Reading what a snapshot is compiled from, and what there is to compile."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from sqlalchemy import Connection, func, select

from geo.features import Box, in_box
from geo.live.snapshot import Geoms, Plate, Rows, Snapshot, compile
from geo.models import Area, Level, MicroGrid, Revision

BEGINNING = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Timeline:
    """The moments at which revisions came or come into force, rising, and their numbers."""

    moments: Sequence[datetime.datetime]
    numbers: Sequence[int]

    def period(
        self, at: datetime.datetime
    ) -> tuple[int | None, datetime.datetime, datetime.datetime | None]:
        """Return the revision in force at a moment, from when, and until when if that is known."""
        number, since, until = None, BEGINNING, None
        for moment, candidate in zip(self.moments, self.numbers, strict=True):
            if moment > at:
                until = moment
                break
            number, since = candidate, moment
        return number, since, until


def timeline(connection: Connection) -> Timeline:
    """Return all revisions in the order in which they are in force."""
    rows = connection.execute(
        select(Revision.effective_at, Revision.number).order_by(
            Revision.effective_at, Revision.number
        )
    ).all()
    return Timeline([row[0] for row in rows], [row[1] for row in rows])


def rows(
    connection: Connection, timeline: Timeline, at: datetime.datetime, box: Box | None = None
) -> Rows:
    """Return the grids in force at a moment, all or those that meet a box, and their areas."""
    number, since, until = timeline.period(at)
    shapes = select(
        MicroGrid.code,
        MicroGrid.name,
        MicroGrid.community_code,
        func.ST_AsBinary(MicroGrid.geom),
    ).where(MicroGrid.in_force.contains(at))
    outlines = select(Area.code, func.ST_AsBinary(Area.geom)).where(
        Area.level == Level.COMMUNITY, Area.geom.is_not(None)
    )
    if box is not None:
        shapes = shapes.where(in_box(MicroGrid.geom, box))
        outlines = outlines.where(in_box(Area.geom, box))
    grids = connection.execute(shapes.order_by(MicroGrid.code)).all()
    communities = connection.execute(outlines.order_by(Area.code)).all()
    return Rows(
        number,
        since,
        until,
        [row[0] for row in grids],
        [row[1] for row in grids],
        [row[2] for row in grids],
        _shapes([row[3] for row in grids]),
        _plates(connection),
        [row[0] for row in communities],
        _shapes([row[1] for row in communities]),
    )


def snapshot(connection: Connection, at: datetime.datetime, box: Box | None = None) -> Snapshot:
    """Return the snapshot of a moment for one use: of everything, or of what meets a box."""
    return compile(rows(connection, timeline(connection), at, box))


def _shapes(wkb: Sequence[bytes]) -> Geoms:
    return np.asarray(shapely.from_wkb([bytes(shape) for shape in wkb]), dtype=object)


def _plates(connection: Connection) -> Mapping[str, Sequence[Plate]]:
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
