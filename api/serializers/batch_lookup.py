"""Batch lookup: the bodies of `POST /v1/lookup` in JSON, CSV and Arrow."""

import asyncio
import datetime
import itertools
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.admission import REJECTION_DELAY_S, Admission, BatchMemory
from api.errors import Overloaded, UnsupportedMedia
from api.http.json_schema import inlined_schema
from api.http.request_body import CLIENT_CLOSED_REQUEST, read_body, watch_disconnect
from api.http.request_class import RequestClass
from api.schemas.lookup import BatchLookupIn, BatchLookupOut
from api.serializers.batch_tables import (
    ARROW,
    BATCH_ROWS,
    CSV,
    SUMMARY_HEADER,
    BatchLimits,
    TableParams,
    look_up_arrow,
    look_up_csv,
    summary_headers,
)
from data import grid_assignment
from geo.geometry.datums import Coords, Datum
from geo.lookup.snapshots import SnapshotStore
from geo.settings import Settings

JSON = "application/json"
_OTHER_VALUES = 100
"""The most values of a JSON body beside its points."""
REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": inlined_schema(BatchLookupIn)},
            CSV: {"schema": {"type": "string"}, "example": "id,lon,lat\n1,130.298,47.35\n"},
            ARROW: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": BatchLookupOut,
        "description": "The grid codes; a table is returned with the columns "
        f"`{grid_assignment.GRID_COLUMN}` and `{grid_assignment.ERROR_COLUMN}`, and a "
        f"`{SUMMARY_HEADER}` header.",
        "content": {CSV: {"schema": {"type": "string"}}, ARROW: {}},
    },
}


async def look_up_body(
    request: Request, snapshots: SnapshotStore, settings: Settings, params: TableParams
) -> Response:
    """Return the grids of the locations in the body, in the format of the body."""
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type not in (JSON, CSV, ARROW):
        raise UnsupportedMedia(
            f"A body of type {media_type} is not supported.", hint=f"Send {JSON}, {CSV} or {ARROW}."
        )
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise UnsupportedMedia(
            f"A body with the encoding {encoding} is not supported.", hint="Send it uncompressed."
        )
    limits = BatchLimits(settings.batch_limit, settings.batch_megabytes << 20)
    admission: Admission = request.app.state.admission
    memory: BatchMemory = request.app.state.batch_memory
    try:
        admission.require_room(RequestClass.BATCH)
        with memory.reservation() as reserve:
            body = await read_body(request, limits.bytes, reserve)
            with await admission.acquire(RequestClass.BATCH, request.receive):
                return await _look_up_in_thread(
                    request, snapshots, limits, params, media_type, body
                )
    except Overloaded:
        await asyncio.sleep(REJECTION_DELAY_S)
        raise


async def _look_up_in_thread(
    request: Request,
    snapshots: SnapshotStore,
    limits: BatchLimits,
    params: TableParams,
    media_type: str,
    body: bytes,
) -> Response:
    async with watch_disconnect(request) as disconnected:
        if media_type == JSON:
            return await run_in_threadpool(look_up_json, body, snapshots, limits, disconnected)
        look_up = look_up_csv if media_type == CSV else look_up_arrow
        return await run_in_threadpool(look_up, body, snapshots, params, limits, disconnected)


def look_up_json(
    body: bytes, snapshots: SnapshotStore, limits: BatchLimits, disconnected: threading.Event
) -> Response:
    """Return the grid codes of the points in a JSON body. Raises TooLarge beyond the limit."""
    _require_few_values(body, limits)
    points = _parse_points(body)
    limits.require_rows(len(points.coords))
    snapshot = snapshots.at(points.at)
    summary = grid_assignment.AssignmentSummary()
    positions = [np.empty(0, np.int32)]
    for start in range(0, len(points.coords), BATCH_ROWS):
        if disconnected.is_set():
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        coords = points.coords[start : start + BATCH_ROWS]
        positions.append(grid_assignment.find_grids(coords, points.datum, snapshot, summary))
    codes = snapshot.codes[np.concatenate(positions)]
    return Response(
        orjson.dumps(
            {"revision": snapshot.revision, "codes": codes},
            option=orjson.OPT_SERIALIZE_NUMPY,
            default=np.ndarray.tolist,
        ),
        media_type=JSON,
        headers=summary_headers(summary, points.datum, snapshot),
    )


def _require_few_values(body: bytes, limits: BatchLimits) -> None:
    """Raise TooLarge if the body has more JSON values than so many points need.

    A parsed value takes up to 50 times the memory of its text; brackets and commas count values.
    """
    most_lists, most_commas = limits.rows + _OTHER_VALUES, 2 * limits.rows + _OTHER_VALUES
    if body.count(b"[") > most_lists or body.count(b",") > most_commas:
        limits.require_rows(limits.rows + 1)


@dataclass(frozen=True)
class _Points:
    coords: Coords
    datum: Datum
    at: datetime.datetime | None


def _parse_points(body: bytes) -> _Points:
    """Parse a BatchLookupIn; numpy reads a million pairs in a moment, pydantic takes a minute."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _invalid("body", f"is not JSON: {error}") from None
    pairs = document.pop("points", None) if isinstance(document, dict) else None
    if not isinstance(pairs, list):
        raise _invalid("body.points", "should be a list of [longitude, latitude] pairs")
    options = _validate({**document, "points": []})
    if not pairs:
        return _Points(np.empty((0, 2)), options.datum, options.at)
    try:
        coords = np.array(pairs, dtype=np.float64).reshape(len(pairs), -1)
        parts = set(map(type, itertools.chain.from_iterable(pairs)))
        if not parts <= {int, float, type(None)}:  # numpy reads text and booleans as numbers
            raise _first_invalid_pair(pairs)
    except (TypeError, ValueError, OverflowError):
        raise _first_invalid_pair(pairs) from None
    if coords.shape[1] != 2:
        raise _first_invalid_pair(pairs)
    return _Points(coords, options.datum, options.at)


def _validate(document: dict[str, Any]) -> BatchLookupIn:
    try:
        return BatchLookupIn.model_validate(document)
    except ValidationError as error:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(errors) from None


def _first_invalid_pair(pairs: list[Any]) -> RequestValidationError:
    for number, pair in enumerate(pairs):
        is_pair = isinstance(pair, list) and len(pair) == 2
        if not is_pair or not all(part is None or type(part) in (int, float) for part in pair):
            message = "should be a pair of numbers: longitude, latitude"
            return _invalid(f"body.points.{number}", message)
    return _invalid("body.points", "should be a list of [longitude, latitude] pairs")


def _invalid(location: str, message: str) -> RequestValidationError:
    loc = tuple(location.split("."))
    return RequestValidationError([{"loc": loc, "msg": message, "input": None}])
