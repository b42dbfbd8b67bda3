"""Dates and timestamps in the city's time zone.

Pages and figures use dates, grids are in force at timestamps. Every timestamp here is
timezone-aware.
"""

import datetime
from zoneinfo import ZoneInfo

_ONE_DAY = datetime.timedelta(days=1)
_ONE_INSTANT = datetime.timedelta(microseconds=1)


def now() -> datetime.datetime:
    """Return the current timestamp, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def today(zone: str) -> datetime.date:
    """Return today's date in the city."""
    return datetime.datetime.now(ZoneInfo(zone)).date()


def date_of(timestamp: datetime.datetime, zone: str) -> datetime.date:
    """Return the date in the city at a timestamp."""
    try:
        return timestamp.astimezone(ZoneInfo(zone)).date()
    except OverflowError:  # the city's date is before year 1 or after year 9999
        return timestamp.date()


def start_of_day(day: datetime.date, zone: str) -> datetime.datetime:
    """Return the timestamp at which a day begins in the city."""
    return datetime.datetime.combine(day, datetime.time(), ZoneInfo(zone))


def end_of_day(day: datetime.date, zone: str) -> datetime.datetime:
    """Return the timestamp at which the next day begins; for 9999-12-31, the last timestamp."""
    if day == datetime.date.max:  # a common way to write "for ever"
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return start_of_day(day + _ONE_DAY, zone)


def timestamp_for(day: datetime.date, zone: str) -> datetime.datetime:
    """Return the timestamp that stands for a day: the end of the day, or now if that is earlier.

    So a grid that changed during a day counts for that day, and a scheduled revision does not count
    before it comes into force.
    """
    return min(end_of_day(day, zone) - _ONE_INSTANT, now())


def with_timezone(timestamp: datetime.datetime, zone: str) -> datetime.datetime:
    """Return a timezone-aware timestamp; one without a zone is read as the city's time."""
    return timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=ZoneInfo(zone))


def local_time(timestamp: datetime.datetime, zone: str) -> datetime.datetime:
    """Return the date and time in the city at a timestamp, without a time zone."""
    try:
        return timestamp.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except OverflowError:  # before year 1 or after year 9999 in the city
        return timestamp.replace(tzinfo=None)
