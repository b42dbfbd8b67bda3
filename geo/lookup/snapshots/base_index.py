"""A sheet of all grids, and from it, without compiling them all again, those of other moments."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from geo.lookup.snapshots import index_overlay, queries
from geo.lookup.snapshots.clock import Clock
from geo.lookup.snapshots.index_overlay import Sheet, Whole
from geo.lookup.snapshots.revision_timeline import Timeline

MOST_CHANGED = 1000
"""A change to more grids than this has all of them compiled anew."""


@dataclass(frozen=True, eq=False)
class Base:
    """All grids of a moment, compiled, and the revisions that were known then."""

    sheet: Whole
    at: datetime.datetime
    timeline: Timeline

    def brought_to(
        self, connection: Connection, timeline: Timeline, at: datetime.datetime
    ) -> Sheet | None:
        """Return the grids of another moment, None if too much has changed on the way.

        `timeline` is what the connection shows.
        """
        if not timeline.extends(self.timeline):
            return None
        revisions = timeline.between(self.timeline, self.at, at)
        if not revisions:
            return self.sheet
        change = queries.change(connection, revisions, at, MOST_CHANGED)
        return None if change is None else index_overlay.patch(self.sheet, change)


def make(engine: Engine, clock: Clock, at: datetime.datetime | None, memory_bytes: int) -> Base:
    """Read and compile all grids of a moment, of now if None. Raises IndexTooLarge."""
    with queries.opened(engine) as connection:
        timeline = queries.timeline(connection)
        moment = at or clock.now()
        outlines = queries.outlines(connection, moment)
    return Base(index_overlay.compile(outlines, memory_bytes), moment, timeline)


def nearest(
    connection: Connection, bases: Sequence[Base], timeline: Timeline, at: datetime.datetime
) -> Sheet | None:
    """Return the grids of a moment from the base that they differ least from, None if from none."""
    sheets = [base.brought_to(connection, timeline, at) for base in bases]
    found = [sheet for sheet in sheets if sheet is not None]
    return min(found, key=lambda sheet: not isinstance(sheet, Whole), default=None)
