"""Which grid a location is in."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import batches
from api.batches import Asked
from api.deps import DatumName, Details, Lat, LiveDep, Lon, PastMoment, SettingsDep
from api.schemas import CodesOut, LookupOut
from geo import datums, places
from geo.datums import Datum
from geo.live import Snapshot
from geo.places import Detail

router = APIRouter(prefix="/v1/lookup", tags=["lookup"])


@router.get("", response_model=LookupOut)
async def look_up(
    request: Request,
    live: LiveDep,
    lon: Lon,
    lat: Lat,
    details: Details,
    at: PastMoment = None,
    datum: DatumName = Datum.WGS84,
) -> Response:
    """The grid of one location, now or at a past moment; lon and lat come back in WGS 84."""
    snapshot = live.peek() if at is None else None
    if snapshot is None:
        snapshot = await run_in_threadpool(live.at, at)
    answer = _answer(snapshot, *datums.one_to_wgs84(lon, lat, datum), details)
    if Detail.BUILDING in details:
        answer["building"] = await run_in_threadpool(
            _building, request, answer["lon"], answer["lat"]
        )
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
)
async def look_up_many(
    request: Request,
    live: LiveDep,
    settings: SettingsDep,
    at: PastMoment = None,
    datum: DatumName = Datum.WGS84,
    lon: Annotated[str | None, Query(description="The column of longitudes.")] = None,
    lat: Annotated[str | None, Query(description="The column of latitudes.")] = None,
) -> Response:
    """The grids of many locations at once: JSON, or CSV or Arrow with a column for the grid.

    The query parameters are for CSV and Arrow; JSON says `datum` and `at` in its body.
    """
    return await batches.answer(request, live, settings, Asked(datum, at, lon, lat))
