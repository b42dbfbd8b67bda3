"""Options that several commands share, and how their values are read."""

import datetime
from typing import Annotated

import typer

from geo import city_time
from geo.settings import Settings

DateOption = Annotated[
    datetime.datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The date; default: today."),
]
TimestampOption = Annotated[
    datetime.datetime | None,
    typer.Option(
        "--at",
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        help="A timestamp, in the city's time zone if it states none; default: now.",
    ),
]
AreaOption = Annotated[
    str | None, typer.Option("--area", help="Only inside the area with this code.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="The maximum number of rows.")]
DEFAULT_LIMIT = 20


def date_or_today(on: datetime.datetime | None, settings: Settings) -> datetime.date:
    """Return the date of an option, by default today in the city's time zone."""
    return on.date() if on is not None else city_time.today(settings.timezone)


def timestamp_or_now(at: datetime.datetime | None, settings: Settings) -> datetime.datetime:
    """Return the timestamp of an option with a time zone, by default now."""
    return city_time.now() if at is None else city_time.with_timezone(at, settings.timezone)
