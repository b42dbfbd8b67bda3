"""The days with records of property coverage: before the first, and after today, nothing is known.

Without this rule, a day before the first record would count every building as uncovered.
"""

import datetime
import threading
from collections.abc import Callable

from cachetools import LRUCache
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo import table_versions
from geo.errors import Invalid, NotFound
from geo.models import PropertyCoverage


class NoRecords(NotFound):
    """The day is before the first record of property coverage."""

    code = "no_records"


class DayToCome(Invalid):
    """The day is after today."""

    code = "day_to_come"


def read_first_day(session: Session) -> datetime.date | None:
    """Return the day on which the first coverage period begins; None if there is no period."""
    first: datetime.date | None = session.scalar(
        select(func.min(func.lower(PropertyCoverage.covered)))
    )
    return first


def require_recorded(
    day: datetime.date, read_first: Callable[[], datetime.date | None], today: datetime.date
) -> datetime.date:
    """Return a day that is neither before the first record nor after today.

    Today is always allowed, and without any record every past day is. `read_first` returns the
    first day with records; it is called for past days only. Raises NoRecords and DayToCome.
    """
    first = read_first() if day < today else None
    if first is not None and day < first:
        raise NoRecords(
            f"There are no records of property coverage before {first}: {day} is unknown.",
            hint=f"Use {first} or a later day.",
        )
    if day > today:
        raise DayToCome(
            f"{day} is in the future; today is {today}.", hint=f"Use {today} or an earlier day."
        )
    return day


class FirstDayCache:
    """Thread-safe cache of the first recorded day, by the version of the coverage table."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: LRUCache[str, datetime.date | None] = LRUCache(4)

    def current(self, session: Session) -> datetime.date | None:
        """Return what `read_first_day` returns."""
        version = table_versions.read_combined(session, PropertyCoverage)
        with self._lock:
            if version in self._days:
                return self._days[version]
        day = read_first_day(session)
        with self._lock:
            self._days[version] = day
        return day
