"""FastAPI dependencies: the session, the settings, and parameters that several routes share.

Dependencies that only compute are `async`: FastAPI runs plain functions in a thread, which costs
more than they do.
"""

import datetime
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from sqlalchemy.orm import Session

from api.errors import raises
from api.http.query_params import invalid_param
from api.http.request_class import SCOPE_KEY
from geo import areas, city_time, input_types
from geo.coverage import records
from geo.coverage.records import DayToCome, FirstDayCache, NoRecords
from geo.feature_query import BBox
from geo.geometry.datums import Datum
from geo.input_types import Date, Latitude, Longitude, Timestamp
from geo.lookup.snapshots import SnapshotStore
from geo.settings import Language, Settings


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(_settings)]


def _session(request: Request) -> Iterator[Session]:
    request_class = request.scope[SCOPE_KEY]
    with request.app.state.sessions[request_class].begin() as session:
        yield session


# With FastAPI's default scope the commit would run after the response has been sent, and a failed
# commit would follow a 200.
SessionDep = Annotated[Session, Depends(_session, scope="function")]


async def _snapshots(request: Request) -> SnapshotStore:
    snapshots: SnapshotStore = request.app.state.snapshots
    return snapshots


SnapshotsDep = Annotated[SnapshotStore, Depends(_snapshots)]


async def _day(
    settings: SettingsDep,
    on: Annotated[Date | None, Query(description="The day; today if omitted.")] = None,
) -> datetime.date:
    return on or city_time.today(settings.timezone)


Day = Annotated[datetime.date, Depends(_day)]


def _first_recorded_day(request: Request, session: SessionDep) -> datetime.date | None:
    first_days: FirstDayCache = request.app.state.first_days
    return first_days.current(session)


FirstRecordedDay = Annotated[datetime.date | None, Depends(_first_recorded_day)]
"""The first day with records of property coverage; None without any."""


@raises(NoRecords, DayToCome)
async def _require_recorded(
    request: Request, session: SessionDep, settings: SettingsDep
) -> Callable[[datetime.date], datetime.date]:
    first_days: FirstDayCache = request.app.state.first_days
    today = city_time.today(settings.timezone)
    return lambda day: records.require_recorded(day, lambda: first_days.current(session), today)


RequireRecorded = Annotated[Callable[[datetime.date], datetime.date], Depends(_require_recorded)]
"""Returns a day that has records of property coverage; raises NoRecords or DayToCome otherwise.

It may query the database: call it in a thread.
"""


def _recorded_day(require_recorded: RequireRecorded, day: Day) -> datetime.date:
    return require_recorded(day)


RecordedDay = Annotated[datetime.date, Depends(_recorded_day)]
"""The day, which must have records of property coverage."""

OptionalMoment = Annotated[
    Timestamp | None,
    Query(alias="at", description="A timestamp with its time zone; now if omitted."),
]


async def _moment(at: OptionalMoment = None) -> datetime.datetime:
    return at or city_time.now()


Moment = Annotated[datetime.datetime, Depends(_moment)]


async def _end_of_day(day: Day, settings: SettingsDep) -> datetime.datetime:
    return city_time.timestamp_for(day, settings.timezone)


EndOfDay = Annotated[datetime.datetime, Depends(_end_of_day)]
"""The end of the requested day; now if that is earlier."""


@dataclass(frozen=True)
class TimeRange:
    """The half-open range [since, before); None is unbounded."""

    since: datetime.datetime | None
    before: datetime.datetime | None


async def _time_range(
    settings: SettingsDep,
    since: Annotated[Date | None, Query(description="The first day.")] = None,
    until: Annotated[Date | None, Query(description="The last day.")] = None,
) -> TimeRange:
    zone = settings.timezone
    return TimeRange(
        since=None if since is None else city_time.start_of_day(since, zone),
        before=None if until is None else city_time.end_of_day(until, zone),
    )


TimeRangeDep = Annotated[TimeRange, Depends(_time_range)]


async def _bbox(
    bbox: Annotated[
        str | None,
        Query(description="west,south,east,north in degrees", examples=["130.2,47.3,130.4,47.4"]),
    ] = None,
) -> BBox | None:
    if bbox is None:
        return None
    try:
        west, south, east, north = (float(number) for number in bbox.split(","))
    except ValueError:
        message = "should be four numbers: west,south,east,north"
        raise invalid_param("bbox", message, bbox) from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise invalid_param("bbox", "should be finite numbers", bbox)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        message = "should have west <= east within ±180 and south <= north within ±90"
        raise invalid_param("bbox", message, bbox)
    return west, south, east, north


BBoxDep = Annotated[BBox | None, Depends(_bbox)]


def _area(
    session: SessionDep,
    area: Annotated[
        input_types.Code | None,
        Query(description="The code of an area that limits the result.", examples=["230403"]),
    ] = None,
) -> str | None:
    areas.require(session, area)
    return area


AreaCode = Annotated[str | None, Depends(_area)]
"""The code of an area; raises AreaUnknown, as an empty list would hide a typo."""


def _area_or_grid(
    session: SessionDep,
    area: Annotated[
        input_types.Code | None,
        Query(
            description="The code of an area or grid that limits the result.", examples=["230403"]
        ),
    ] = None,
) -> str | None:
    areas.require(session, area, or_grid=True)
    return area


AreaOrGridCode = Annotated[str | None, Depends(_area_or_grid)]
"""The code of an area, or of a grid of any time; raises AreaUnknown."""
Code = Annotated[input_types.Code, Path()]
DatumParam = Annotated[Datum, Query(description="The datum of the coordinates.")]
Lon = Annotated[Longitude, Query(examples=[130.298])]
Lat = Annotated[Latitude, Query(examples=[47.35])]


async def _language(
    settings: SettingsDep,
    lang: Annotated[Language | None, Query(description="The language of the page.")] = None,
) -> Language:
    return lang or settings.language


LanguageDep = Annotated[Language, Depends(_language)]
