"""Which revision is in force when."""

import datetime
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

BEGINNING = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Period:
    """The revision in force `[since, until)`; `until` is None where no end is known."""

    revision: int | None
    """None before the first."""
    since: datetime.datetime
    until: datetime.datetime | None

    def covers(self, moment: datetime.datetime) -> bool:
        """Tell whether a moment lies in the period."""
        return self.since <= moment and (self.until is None or moment < self.until)


class Stamp(NamedTuple):
    """When a revision comes into force, and when it was published: by both it is known again."""

    effective_at: datetime.datetime
    published_at: datetime.datetime


@dataclass(frozen=True)
class Timeline:
    """The revisions there are, by number."""

    stamps: Mapping[int, Stamp]

    @cached_property
    def _moments(self) -> list[datetime.datetime]:
        return sorted({stamp.effective_at for stamp in self.stamps.values()})

    @cached_property
    def digest(self) -> tuple[int, datetime.datetime | None]:
        """How many there are, and when the latest was published."""
        published = (stamp.published_at for stamp in self.stamps.values())
        return len(self.stamps), max(published, default=None)

    def period(self, at: datetime.datetime) -> Period:
        """Return the revision in force at a moment: the newest that has come, and how long."""
        moments = self._moments
        place = bisect_right(moments, at)
        come = (number for number, stamp in self.stamps.items() if stamp.effective_at <= at)
        return Period(
            max(come, default=None),
            moments[place - 1] if place else BEGINNING,
            moments[place] if place < len(moments) else None,
        )

    def extends(self, earlier: "Timeline") -> bool:
        """Tell whether every revision of an earlier timeline is still there, as it was."""
        return earlier.stamps.items() <= self.stamps.items()

    def between(
        self, earlier: "Timeline", one: datetime.datetime, other: datetime.datetime
    ) -> Collection[int]:
        """Return the revisions that tell the grids at `other` from those at `one`.

        Those at `one` were read when only `earlier` was known: what has come since counts too.
        """
        first, last = sorted((one, other))
        return [
            number
            for number, stamp in self.stamps.items()
            if number not in earlier.stamps or first < stamp.effective_at <= last
        ]
