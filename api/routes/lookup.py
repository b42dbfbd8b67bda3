"""Which grid a location is in."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Parameter
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from api.deps import DatumName, Lat, LiveDep, Lon, PastMoment, SettingsDep, known_parameters
from api.http import query_params
from api.http.query_params import Query
from api.schemas.resources import CodesOut, LookupOut
from api.serializers import batch_lookup
from api.serializers.batch_lookup import Asked
from geo import city_time, people
from geo.geometry import datums
from geo.geometry.datums import Datum
from geo.lookup import details as lookup_details
from geo.lookup.details import Detail
from geo.lookup.snapshots import Live, Snapshot

router = APIRouter(prefix="/v1/lookup", tags=["lookup"])

_READ = frozenset({Detail.BUILDING, Detail.MEMBERS})
"""What the database is asked for; all else is answered from memory."""


def _details(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return frozenset(map(Detail, text.split(","))) if text else frozenset()
    except ValueError:
        raise ValueError(f"should be among {', '.join(Detail)}") from None


class LookupQuery(Query):
    """A location, its datum, the moment asked about, and what more to tell."""

    lon: Lon
    lat: Lat
    datum: DatumName = Datum.WGS84
    at: PastMoment = None
    detail: Annotated[
        frozenset[Detail],
        BeforeValidator(_details),
        WithJsonSchema({"type": "string", "examples": ["border,building,members"]}),
        Field(description="What more to tell, by commas: border, building, members."),
    ] = frozenset()


@router.get("", response_model=LookupOut, openapi_extra=query_params.parameters(LookupQuery))
async def look_up(request: Request) -> Response:
    """The grid of one location, now or at a past moment; lon and lat come back in WGS 84."""
    asked = query_params.read(LookupQuery, request)
    live: Live = request.app.state.live
    snapshot = live.peek() if asked.at is None else None
    if snapshot is None:
        snapshot = await run_in_threadpool(live.at, asked.at)
    lon, lat = datums.one_to_wgs84(asked.lon, asked.lat, asked.datum)
    answer = _answer(snapshot, lon, lat, asked.detail)
    if asked.detail & _READ:
        answer |= await run_in_threadpool(_read, request, asked, answer)
    return Response(orjson.dumps(answer), media_type="application/json")


def _answer(
    snapshot: Snapshot, lon: float, lat: float, details: frozenset[Detail]
) -> dict[str, Any]:
    place = snapshot.look_up(lon, lat)
    answer = {
        "lon": lon,
        "lat": lat,
        "grid": None if place.code is None else {"code": place.code, "name": place.name},
        "areas": place.areas,
        "method": place.method,
        "revision": place.revision,
    }
    if Detail.BORDER in details and (border := snapshot.border(lon, lat)) is not None:
        answer |= vars(border)
    return answer


def _read(request: Request, asked: LookupQuery, answer: dict[str, Any]) -> dict[str, Any]:
    """Return what the database adds to an answer."""
    more: dict[str, Any] = {}
    with request.app.state.sessions() as session:
        if Detail.BUILDING in asked.detail:
            more["building"] = lookup_details.building(session, answer["lon"], answer["lat"])
        if Detail.MEMBERS in asked.detail:
            day = city_time.day_of(asked.at or city_time.now(), request.app.state.settings.timezone)
            grid = answer["grid"]
            more["members"] = grid and people.numbers(session, grid["code"], on=day)
    return more


@router.post(
    "",
    response_model=CodesOut,
    openapi_extra=batch_lookup.BODY,
    responses=batch_lookup.ANSWERS,
    dependencies=[Depends(known_parameters)],
)
async def look_up_many(
    request: Request,
    live: LiveDep,
    settings: SettingsDep,
    at: PastMoment = None,
    datum: DatumName = Datum.WGS84,
    lon: Annotated[str | None, Parameter(description="The column of longitudes.")] = None,
    lat: Annotated[str | None, Parameter(description="The column of latitudes.")] = None,
) -> Response:
    """The grids of many locations at once: JSON, or CSV or Arrow with a column for the grid.

    The query parameters are for CSV and Arrow; JSON says `datum` and `at` in its body.
    """
    return await batch_lookup.answer(request, live, settings, Asked(datum, at, lon, lat))
