"""Options that several commands share, and how their values are read."""

import datetime
from collections.abc import Callable
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from geo import city_time
from geo.coverage import records
from geo.input_types import Code, Name
from geo.settings import Settings

TextCallback = Callable[[str | None], str | None]


def text_of(text_type: Any) -> TextCallback:
    """Return the callback of an option or argument whose text a type of pydantic validates.

    The types are those of the HTTP API, so that both accept the same texts.
    """
    adapter: TypeAdapter[str] = TypeAdapter(text_type)

    def validate(text: str | None) -> str | None:
        if text is None:
            return None
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise typer.BadParameter(message) from None

    return validate


CODE: TextCallback = text_of(Code)
NAME: TextCallback = text_of(Name)
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
    str | None,
    typer.Option("--area", callback=CODE, help="Only inside the area with this code."),
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="The maximum number of rows.")]
DEFAULT_LIMIT = 20


def recorded_day(
    session: Session, on: datetime.datetime | None, settings: Settings
) -> datetime.date:
    """Return the date of an option, by default today in the city's time zone.

    Raises NoRecords and DayToCome.
    """
    today = city_time.today(settings.timezone)
    day = today if on is None else on.date()
    return records.require_recorded(day, lambda: records.read_first_day(session), today)


def timestamp_or_now(at: datetime.datetime | None, settings: Settings) -> datetime.datetime:
    """Return the timestamp of an option with a time zone, by default now."""
    return city_time.now() if at is None else city_time.with_timezone(at, settings.timezone)
