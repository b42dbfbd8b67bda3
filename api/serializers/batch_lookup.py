"""Many locations at once: the bodies of `POST /v1/lookup`, in JSON, CSV and Arrow."""

import asyncio
import csv
import datetime
import io
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.errors import TooLarge, UnsupportedMedia
from api.schemas.resources import CodesOut, PointsIn
from data import grid_assignment
from data.exporting.csv import to_csv
from geo.errors import Invalid
from geo.geometry import datums
from geo.geometry.datums import Datum
from geo.lookup.snapshots import Live, Snapshot
from geo.settings import Settings

JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"
SUMMARY = "Gridward-Summary"
"""The header in which the answer to a table says what was done and what looks wrong."""
REVISION = "Gridward-Revision"
ROWS = 1 << 16
CLIENT_GONE = 499
"""The status that the metrics show where the caller left before the answer; nobody reads it."""

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": PointsIn.model_json_schema()},
            CSV: {"schema": {"type": "string"}, "example": "id,lon,lat\n1,130.298,47.35\n"},
            ARROW: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": CodesOut,
        "description": f"The codes; a table comes back with `{grid_assignment.GRID}` and "
        f"`{grid_assignment.FAULT}` added, and a `{SUMMARY}` header.",
        "content": {CSV: {}, ARROW: {}},
    },
    413: {"description": "More than is taken at once; the hint says how to go on."},
    415: {"description": "A body that is neither JSON nor CSV nor Arrow."},
}


class BadTable(Invalid):
    """The body is not the table that its content type says."""

    code = "bad_table"


@dataclass(frozen=True)
class Asked:
    """What the query says about a table."""

    datum: Datum
    at: datetime.datetime | None
    lon: str | None
    lat: str | None


async def answer(request: Request, live: Live, settings: Settings, asked: Asked) -> Response:
    """Return the grids of the points in the body, in the format in which it came."""
    media = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media not in _READ:
        raise UnsupportedMedia(
            f"A body of {media} is not read here.", hint=f"Send {JSON}, {CSV} or {ARROW}."
        )
    body = await _body(request, settings.batch_megabytes << 20)
    async with _listening(request) as gone:
        return await run_in_threadpool(_READ[media], body, live, settings, asked, gone)


@asynccontextmanager
async def _listening(request: Request) -> AsyncIterator[threading.Event]:
    """Yield an event that is set when the caller goes away before the answer."""
    gone = threading.Event()

    async def listen() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()

    listening = asyncio.create_task(listen())
    try:
        yield gone
    finally:
        listening.cancel()


async def _body(request: Request, most: int) -> bytes:
    """Return the body. Raises TooLarge as soon as there is more of it than allowed."""
    told = request.headers.get("content-length", "")
    parts, size = [], int(told) if told.isdigit() else 0
    if size <= most:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > most:
                break
            parts.append(part)
    if size > most:
        raise TooLarge(
            f"The body has more than the {most >> 20} MB allowed.",
            hint="Send it in several parts, or use gridward lookup FILE.",
        )
    return b"".join(parts)


def _json(
    body: bytes, live: Live, settings: Settings, _asked: Asked, gone: threading.Event
) -> Response:
    given = _points(body)
    if len(given.coords) > settings.batch_limit:
        raise TooLarge(
            f"{len(given.coords):,} points are more than the {settings.batch_limit:,} allowed.",
            hint="Send them in several requests, or as CSV or Arrow.",
        )
    snapshot = live.at(given.at)
    summary = grid_assignment.Summary()
    placed = [np.empty(0, np.int32)]
    for start in range(0, len(given.coords), ROWS):
        if gone.is_set():
            return Response(status_code=CLIENT_GONE)
        some = given.coords[start : start + ROWS]
        placed.append(grid_assignment.positions(some, given.datum, snapshot, summary))
    written = {"revision": snapshot.revision, "codes": snapshot.codes[np.concatenate(placed)]}
    return Response(
        orjson.dumps(written, option=orjson.OPT_SERIALIZE_NUMPY, default=np.ndarray.tolist),
        media_type=JSON,
        headers=_said(summary, given.datum, snapshot),
    )


@dataclass(frozen=True)
class _Points:
    coords: datums.Coords
    datum: Datum
    at: datetime.datetime | None


def _points(body: bytes) -> _Points:
    """Read a PointsIn; a million pairs take numpy a moment and a model of each a minute."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _fault("body", f"is not JSON: {error}") from None
    pairs = given.pop("points", None) if isinstance(given, dict) else None
    if not isinstance(pairs, list):
        raise _fault("body.points", "should be a list of [longitude, latitude] pairs")
    rest = _validated({**given, "points": []})
    if not pairs:
        return _Points(np.empty((0, 2)), rest.datum, rest.at)
    try:
        coords = np.array(pairs, dtype=np.float64).reshape(len(pairs), -1)
    except (TypeError, ValueError):
        raise _first_bad_pair(pairs) from None
    if coords.shape[1] != 2:
        raise _first_bad_pair(pairs)
    return _Points(coords, rest.datum, rest.at)


def _validated(given: dict[str, Any]) -> PointsIn:
    try:
        return PointsIn.model_validate(given)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from None


def _first_bad_pair(pairs: list[Any]) -> RequestValidationError:
    for at, pair in enumerate(pairs):
        numbers = isinstance(pair, list) and len(pair) == 2
        if not numbers or not all(part is None or type(part) in (int, float) for part in pair):
            return _fault(f"body.points.{at}", "should be a pair of numbers: longitude, latitude")
    return _fault("body.points", "should be a list of [longitude, latitude] pairs")


def _fault(where: str, what: str) -> RequestValidationError:
    return RequestValidationError([{"loc": tuple(where.split(".")), "msg": what, "input": None}])


def _csv(
    body: bytes, live: Live, _settings: Settings, asked: Asked, gone: threading.Event
) -> Response:
    try:
        header = body[: 1 << 20].partition(b"\n")[0].decode("utf-8-sig")
        names = next(csv.reader(io.StringIO(header)), [])
        as_text = pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        )
        parsed = pyarrow.csv.ParseOptions(newlines_in_values=True)
        table = pyarrow.csv.read_csv(
            pa.BufferReader(body), parse_options=parsed, convert_options=as_text
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise BadTable(f"The body is no CSV: {error}.", hint="Send UTF-8 with a header.") from None
    return _table(table, live, asked, gone, CSV, _csv_parts)


def _arrow(
    body: bytes, live: Live, _settings: Settings, asked: Asked, gone: threading.Event
) -> Response:
    try:
        table = pa.ipc.open_stream(pa.BufferReader(body)).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise BadTable(f"The body is no Arrow stream: {error}.") from None
    return _table(table, live, asked, gone, ARROW, _arrow_parts)


def _table(
    table: pa.Table,
    live: Live,
    asked: Asked,
    gone: threading.Event,
    media: str,
    parts: Callable[[list[pa.RecordBatch]], Iterator[bytes]],
) -> Response:
    columns = grid_assignment.columns(table.column_names, asked.lon, asked.lat)
    snapshot, summary = live.at(asked.at), grid_assignment.Summary()
    batches = table.to_batches(ROWS) or [pa.RecordBatch.from_pylist([], table.schema)]
    placed = []
    for rows in batches:
        if gone.is_set():
            return Response(status_code=CLIENT_GONE)
        placed.append(grid_assignment.place(rows, columns, asked.datum, snapshot, summary))
    headers = _said(summary, asked.datum, snapshot)
    return StreamingResponse(parts(placed), media_type=media, headers=headers)


def _said(summary: grid_assignment.Summary, datum: Datum, snapshot: Snapshot) -> dict[str, str]:
    """Return the headers that say what was done, and from which revision."""
    return {
        SUMMARY: " ".join(summary.sentences(datum)),
        REVISION: str(snapshot.revision or ""),
    }


def _csv_parts(batches: list[pa.RecordBatch]) -> Iterator[bytes]:
    for number, rows in enumerate(batches):
        yield to_csv(rows, header=number == 0)


def _arrow_parts(batches: list[pa.RecordBatch]) -> Iterator[bytes]:
    written = io.BytesIO()
    with pa.ipc.new_stream(written, batches[0].schema) as stream:
        for rows in batches:
            stream.write_batch(rows)
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


_READ: dict[str, Callable[[bytes, Live, Settings, Asked, threading.Event], Response]] = {
    JSON: _json,
    CSV: _csv,
    ARROW: _arrow,
}
