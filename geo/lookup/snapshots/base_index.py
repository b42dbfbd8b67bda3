"""A full index of one moment, and the indexes of other moments derived from it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from geo.lookup.snapshots import grid_index, index_overlay, queries
from geo.lookup.snapshots.database_clock import DatabaseClock
from geo.lookup.snapshots.grid_index import FullIndex, GridIndex
from geo.lookup.snapshots.revision_timeline import RevisionTimeline

MAX_CHANGED_GRIDS = 1000
"""If more grids than this have changed, a full index is built instead of an overlay."""


@dataclass(frozen=True, eq=False)
class BaseIndex:
    """The full index of one moment, and the revisions that existed when it was read."""

    index: FullIndex
    at: datetime.datetime
    timeline: RevisionTimeline

    def index_at(
        self, connection: Connection, timeline: RevisionTimeline, at: datetime.datetime
    ) -> GridIndex | None:
        """Return an index of another moment, or None if too many grids differ.

        `timeline` holds the revisions that the connection sees.
        """
        if not timeline.extends(self.timeline):
            return None
        revisions = timeline.between(self.timeline, self.at, at)
        if not revisions:
            return self.index
        changes = queries.read_changes(connection, revisions, at, MAX_CHANGED_GRIDS)
        return None if changes is None else index_overlay.build(self.index, changes)


def build(
    engine: Engine, clock: DatabaseClock, at: datetime.datetime | None, memory_bytes: int
) -> BaseIndex:
    """Read and index all grids of a moment; the current one if `at` is None.

    Raises IndexTooLarge beyond the memory limit.
    """
    with queries.repeatable_read(engine) as connection:
        timeline = queries.read_timeline(connection)
        moment = at or clock.now()
        grids = queries.read_grids(connection, moment)
    return BaseIndex(grid_index.build(grids, memory_bytes), moment, timeline)


def closest_index(
    connection: Connection,
    bases: Sequence[BaseIndex],
    timeline: RevisionTimeline,
    at: datetime.datetime,
) -> GridIndex | None:
    """Return an index of a moment derived from one of these bases, or None if all differ too much.

    A base that needs no overlay is preferred.
    """
    indexes = [base.index_at(connection, timeline, at) for base in bases]
    usable = [index for index in indexes if index is not None]
    return min(usable, key=lambda index: not isinstance(index, FullIndex), default=None)
