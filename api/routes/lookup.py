"""The grid of a location."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from api.deps import (
    DatumParam,
    Lat,
    Lon,
    OptionalMoment,
    SettingsDep,
    SnapshotsDep,
)
from api.errors import UnsupportedMedia, raises
from api.http import query_params
from api.http.input_check import check_params
from api.http.query_params import QueryParams
from api.http.request_class import RequestClass
from api.schemas.lookup import BatchLookupOut, LookupOut
from api.serializers import batch_lookup
from api.serializers.batch_tables import TableParams
from api.serializers.lookup import DATABASE_DETAILS, database_details, lookup_document
from geo import city_time
from geo.geometry import datums
from geo.geometry.datums import Datum
from geo.input_types import SingleLine
from geo.lookup.details import Detail
from geo.lookup.snapshots import SnapshotStore

router = APIRouter(prefix="/v1/lookup", tags=["lookup"])


_DETAIL = f"({'|'.join(Detail)})"
_DETAILS = f"^({_DETAIL}(,{_DETAIL})*)?$"


def _parse_details(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return frozenset(map(Detail, text.split(","))) if text else frozenset()
    except ValueError:
        raise ValueError(f"should be among {', '.join(Detail)}") from None


class LookupQuery(QueryParams):
    """A location, its datum, a timestamp, and the details to add."""

    lon: Lon
    lat: Lat
    datum: DatumParam = Datum.WGS84
    at: OptionalMoment = None
    detail: Annotated[
        frozenset[Detail],
        BeforeValidator(_parse_details),
        WithJsonSchema(
            {"type": "string", "pattern": _DETAILS, "examples": ["border,building,members"]}
        ),
        Field(
            default_factory=frozenset,
            description="Details to add, separated by commas: border, building, members.",
        ),
    ]


@router.get(
    "", response_model=LookupOut, openapi_extra=query_params.openapi_parameters(LookupQuery)
)
async def look_up(request: Request) -> Response:
    """The grid of one location, now or at a past moment; lon and lat are returned in WGS 84."""
    params = query_params.parse(LookupQuery, request)
    snapshots: SnapshotStore = request.app.state.snapshots
    if params.at is None:
        snapshot = snapshots.current_or_none() or await request.app.state.snapshot_wait.current()
    else:
        snapshot = await run_in_threadpool(snapshots.at, params.at)
    lon, lat = datums.point_to_wgs84(params.lon, params.lat, params.datum)
    document = lookup_document(snapshot, lon, lat, params.detail)
    if params.detail & DATABASE_DETAILS:
        document |= await run_in_threadpool(_read_details, request, params, document)
    return Response(orjson.dumps(document), media_type="application/json")


def _read_details(
    request: Request, params: LookupQuery, document: dict[str, Any]
) -> dict[str, Any]:
    state, grid = request.app.state, document["grid"]
    on = city_time.date_of(params.at or city_time.now(), state.settings.timezone)
    with state.sessions[RequestClass.LOOKUP]() as session:
        return database_details(
            session,
            document["lon"],
            document["lat"],
            None if grid is None else grid["code"],
            params.detail,
            on,
        )


@router.post(
    "",
    response_model=BatchLookupOut,
    openapi_extra=batch_lookup.REQUEST_BODY,
    responses=batch_lookup.RESPONSES,
    dependencies=[Depends(check_params)],
)
@raises(UnsupportedMedia)
async def look_up_many(
    request: Request,
    snapshots: SnapshotsDep,
    settings: SettingsDep,
    at: OptionalMoment = None,
    datum: DatumParam = Datum.WGS84,
    lon: Annotated[
        SingleLine | None, Query(min_length=1, description="The column of longitudes.")
    ] = None,
    lat: Annotated[
        SingleLine | None, Query(min_length=1, description="The column of latitudes.")
    ] = None,
) -> Response:
    """The grids of many locations: JSON, or CSV or Arrow to which it adds a column of grid codes.

    The query parameters are for CSV and Arrow; JSON has `datum` and `at` in its body.
    """
    params = TableParams(datum, at, lon, lat)
    return await batch_lookup.look_up_body(request, snapshots, settings, params)
