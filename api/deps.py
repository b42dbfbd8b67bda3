"""What routes ask for: a session, the settings, and the parameters that many of them share.

What only computes is `async`, so that it runs where it stands; a plain function would cost a
thread's turn each.
"""

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from api.http.query_params import unknown
from geo import city_time
from geo.geometry.datums import Datum
from geo.lookup.snapshots import Live
from geo.settings import Language, Settings


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(_settings)]


def _session(request: Request) -> Iterator[Session]:
    with request.app.state.sessions.begin() as session:
        yield session


async def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


LiveDep = Annotated[Live, Depends(_live)]

# The scope matters: with FastAPI's default the commit would run after the answer has left,
# and a failed commit would follow a 200.
SessionDep = Annotated[Session, Depends(_session, scope="function")]


async def _day(
    settings: SettingsDep,
    on: Annotated[
        datetime.date | None, Query(description="The day asked about; today if left out.")
    ] = None,
) -> datetime.date:
    return on or city_time.today(settings.timezone)


Day = Annotated[datetime.date, Depends(_day)]


async def _moment(
    at: Annotated[
        AwareDatetime | None,
        Query(description="The moment asked about, with its zone; now if left out."),
    ] = None,
) -> datetime.datetime:
    return at or city_time.now()


Moment = Annotated[datetime.datetime, Depends(_moment)]
PastMoment = Annotated[
    AwareDatetime | None,
    Query(alias="at", description="The moment asked about, with its zone; now if left out."),
]


async def _moment_of_day(day: Day, settings: SettingsDep) -> datetime.datetime:
    return city_time.moment_of(day, settings.timezone)


MomentOfDay = Annotated[datetime.datetime, Depends(_moment_of_day)]


@dataclass(frozen=True)
class Period:
    """From a moment on, and before another one, where they are given."""

    since: datetime.datetime | None
    before: datetime.datetime | None


async def _period(
    settings: SettingsDep,
    since: Annotated[datetime.date | None, Query(description="The first day.")] = None,
    until: Annotated[datetime.date | None, Query(description="The last day.")] = None,
) -> Period:
    zone = settings.timezone
    return Period(
        since=None if since is None else city_time.start_of(since, zone),
        before=None if until is None else city_time.end_of(until, zone),
    )


PeriodDep = Annotated[Period, Depends(_period)]


async def _box(
    bbox: Annotated[
        str | None,
        Query(description="west,south,east,north in degrees", examples=["130.2,47.3,130.4,47.4"]),
    ] = None,
) -> tuple[float, float, float, float] | None:
    if bbox is None:
        return None
    try:
        west, south, east, north = (float(number) for number in bbox.split(","))
    except ValueError:
        raise _fault("bbox", "should be four numbers: west,south,east,north", bbox) from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise _fault("bbox", "should be finite numbers", bbox)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _fault("bbox", "should run from west,south to east,north within the world", bbox)
    return west, south, east, north


Box = Annotated[tuple[float, float, float, float] | None, Depends(_box)]

AreaCode = Annotated[
    str | None,
    Query(description="Only what lies in the area with this code.", examples=["230403"]),
]
Code = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
DatumName = Annotated[Datum, Query(description="The datum of the coordinates asked about.")]


Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False, examples=[130.298])]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False, examples=[47.35])]


async def _language(
    settings: SettingsDep,
    lang: Annotated[Language | None, Query(description="The language of the page.")] = None,
) -> Language:
    return lang or settings.language


LanguageDep = Annotated[Language, Depends(_language)]


@dataclass(frozen=True)
class Paging:
    """Which stretch of a list is asked for."""

    limit: int
    cursor: str | None


async def _paging(
    settings: SettingsDep,
    limit: Annotated[int | None, Query(ge=1, description="The most features at once.")] = None,
    cursor: Annotated[
        str | None, Query(description="Where the page before ended; taken from its `next` link.")
    ] = None,
) -> Paging:
    return Paging(min(limit or settings.page_limit, settings.page_limit), cursor)


PagingDep = Annotated[Paging, Depends(_paging)]


async def known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not know: a typo must not pass unseen."""
    known = _declared(request)
    if known is None:
        return
    for name in request.query_params:
        if name not in known:
            raise _fault(name, unknown(known), None)


def _declared(request: Request) -> frozenset[str] | None:
    """Return the query parameters that the OpenAPI document has for this route, None if hidden."""
    cache: dict[tuple[str, str], frozenset[str] | None] = request.app.state.parameters
    key = (request.scope["route"].path, request.method.lower())
    if key not in cache:
        operation = request.app.openapi()["paths"].get(key[0], {}).get(key[1])
        cache[key] = operation and frozenset(
            parameter["name"]
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        )
    return cache[key]


def _fault(name: str, what: str, value: object) -> RequestValidationError:
    return RequestValidationError([{"loc": ("query", name), "msg": what, "input": value}])
