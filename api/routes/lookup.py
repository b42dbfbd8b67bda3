"""Which grid a location is in."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Parameter
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from api import batches, query
from api.batches import Asked
from api.deps import DatumName, Lat, LiveDep, Lon, PastMoment, SettingsDep, known_parameters
from api.query import Query
from api.schemas import CodesOut, LookupOut
from geo import datums, places
from geo.datums import Datum
from geo.live import Live, Snapshot
from geo.places import Detail

router = APIRouter(prefix="/v1/lookup", tags=["lookup"])


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
        WithJsonSchema({"type": "string", "examples": ["border,building"]}),
        Field(description="What more to tell, by commas: border, building."),
    ] = frozenset()


@router.get("", response_model=LookupOut, openapi_extra=query.parameters(LookupQuery))
async def look_up(request: Request) -> Response:
    """The grid of one location, now or at a past moment; lon and lat come back in WGS 84."""
    asked = query.read(LookupQuery, request)
    live: Live = request.app.state.live
    snapshot = live.peek() if asked.at is None else None
    if snapshot is None:
        snapshot = await run_in_threadpool(live.at, asked.at)
    lon, lat = datums.one_to_wgs84(asked.lon, asked.lat, asked.datum)
    answer = _answer(snapshot, lon, lat, asked.detail)
    if Detail.BUILDING in asked.detail:
        answer["building"] = await run_in_threadpool(_building, request, lon, lat)
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


def _building(request: Request, lon: float, lat: float) -> str | None:
    with request.app.state.sessions() as session:
        return places.building(session, lon, lat)


@router.post(
    "",
    response_model=CodesOut,
    openapi_extra=batches.BODY,
    responses=batches.ANSWERS,
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
    return await batches.answer(request, live, settings, Asked(datum, at, lon, lat))
