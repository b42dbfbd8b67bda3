"""Which revision is in force at which time."""

import datetime
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

BEGINNING = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class RevisionPeriod:
    """The period `[since, until)` in which one revision is in force."""

    revision: int | None
    """None before the first revision."""
    since: datetime.datetime
    until: datetime.datetime | None
    """None if no later revision is known."""

    def covers(self, moment: datetime.datetime) -> bool:
        """Return whether a moment lies in the period."""
        return self.since <= moment and (self.until is None or moment < self.until)


class RevisionTimes(NamedTuple):
    """When a revision comes into force, and when it was published. Together they identify it."""

    effective_at: datetime.datetime
    published_at: datetime.datetime


@dataclass(frozen=True)
class RevisionTimeline:
    """The times of all revisions, by number."""

    revisions: Mapping[int, RevisionTimes]

    @cached_property
    def _effective_times(self) -> list[datetime.datetime]:
        return sorted({times.effective_at for times in self.revisions.values()})

    @cached_property
    def fingerprint(self) -> tuple[int, datetime.datetime | None]:
        """The number of revisions and the latest time of publication: differs if either changes."""
        published = (times.published_at for times in self.revisions.values())
        return len(self.revisions), max(published, default=None)

    def period(self, at: datetime.datetime) -> RevisionPeriod:
        """Return the period around a moment; its revision is the highest number in effect."""
        effective_times = self._effective_times
        i = bisect_right(effective_times, at)
        in_effect = (n for n, times in self.revisions.items() if times.effective_at <= at)
        return RevisionPeriod(
            max(in_effect, default=None),
            effective_times[i - 1] if i else BEGINNING,
            effective_times[i] if i < len(effective_times) else None,
        )

    def extends(self, earlier: "RevisionTimeline") -> bool:
        """Return whether this timeline contains every revision of an earlier one, unchanged."""
        return earlier.revisions.items() <= self.revisions.items()

    def between(
        self, earlier: "RevisionTimeline", start: datetime.datetime, end: datetime.datetime
    ) -> Collection[int]:
        """Return the revisions that make the grids at `end` differ from those at `start`.

        The grids at `start` were read when the revisions were those of `earlier`, so every newer
        revision counts too, whenever it takes effect. `end` may be before `start`.
        """
        first, last = sorted((start, end))
        return [
            number
            for number, times in self.revisions.items()
            if number not in earlier.revisions or first < times.effective_at <= last
        ]
