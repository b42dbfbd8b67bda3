"""Days and moments of the city: people ask about days, grids answer to moments."""

import datetime
from zoneinfo import ZoneInfo

_ONE_DAY = datetime.timedelta(days=1)
_ONE_INSTANT = datetime.timedelta(microseconds=1)


def now() -> datetime.datetime:
    """Return this moment, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def today(zone: str) -> datetime.date:
    """Return the day it is in the city."""
    return datetime.datetime.now(ZoneInfo(zone)).date()


def day_of(moment: datetime.datetime, zone: str) -> datetime.date:
    """Return the day that a moment lies in in the city."""
    try:
        return moment.astimezone(ZoneInfo(zone)).date()
    except OverflowError:  # at the ends of the calendar, where the city's day has no name
        return moment.date()


def start_of(day: datetime.date, zone: str) -> datetime.datetime:
    """Return the first moment of a day in the city."""
    return datetime.datetime.combine(day, datetime.time(), ZoneInfo(zone))


def end_of(day: datetime.date, zone: str) -> datetime.datetime:
    """Return the first moment after a day in the city; after the last day there is, the last."""
    if day == datetime.date.max:  # people write it for "for ever"
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return start_of(day + _ONE_DAY, zone)


def moment_of(day: datetime.date, zone: str) -> datetime.datetime:
    """Return the moment whose grids stand for a whole day: its last, or this one if it is today.

    A grid redrawn during a day thus counts for that day, and tomorrow's plans never do.
    """
    return min(end_of(day, zone) - _ONE_INSTANT, now())


def zoned(moment: datetime.datetime, zone: str) -> datetime.datetime:
    """Return a moment with its zone; one that states none is meant in the city's."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
