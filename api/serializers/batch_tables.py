"""Batch lookup of tables: CSV and Arrow with coordinates in, with a column of grid codes out."""

import csv
import datetime
import io
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv
from fastapi import Response
from fastapi.responses import StreamingResponse

from api.errors import TooLarge
from api.http.request_body import CLIENT_CLOSED_REQUEST
from api.serializers import arrow_stream
from data import grid_assignment
from data.exporting.csv import to_csv
from data.grid_assignment import AssignmentSummary
from geo.errors import Invalid
from geo.geometry.datums import Datum
from geo.lookup.snapshots import Snapshot, SnapshotStore

CSV, ARROW = "text/csv", "application/vnd.apache.arrow.stream"
SUMMARY_HEADER = "Gridward-Summary"
"""The response header that says how many rows have a grid, and what looks wrong."""
REVISION_HEADER = "Gridward-Revision"
BATCH_ROWS = 1 << 16


class BadTable(Invalid):
    """The body is not a table of its content type."""

    code = "bad_table"


@dataclass(frozen=True)
class TableParams:
    """The query parameters of a table: the datum, a timestamp, and the coordinate columns."""

    datum: Datum
    at: datetime.datetime | None
    lon: str | None
    lat: str | None


@dataclass(frozen=True)
class BatchLimits:
    """The most rows of a batch in any format, and the most bytes, counted after decompression."""

    rows: int
    bytes: int

    def require_rows(self, rows: int) -> None:
        """Raise TooLarge above the limit."""
        if rows > self.rows:
            raise TooLarge(
                f"The batch has more than the {self.rows:,} rows allowed.",
                hint="Send it in several requests, or use gridward lookup FILE.",
            )

    def require_bytes(self, size: int) -> None:
        """Raise TooLarge above the limit."""
        if size > self.bytes:
            raise TooLarge(
                f"The batch is larger than the {self.bytes >> 20} MB allowed.",
                hint="Send it in several requests, or use gridward lookup FILE.",
            )


def look_up_csv(
    body: bytes,
    snapshots: SnapshotStore,
    params: TableParams,
    limits: BatchLimits,
    disconnected: threading.Event,
) -> Response:
    """Return the CSV with a column of grid codes; all its text stays as it is."""
    try:
        header = body[: 1 << 20].partition(b"\n")[0].decode("utf-8-sig")
        names = next(csv.reader(io.StringIO(header)), [])
        convert_options = pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        )
        parse_options = pyarrow.csv.ParseOptions(newlines_in_values=True)
        _require_csv_rows(body, parse_options, convert_options, limits)
        table = pyarrow.csv.read_csv(
            pa.BufferReader(body), parse_options=parse_options, convert_options=convert_options
        )
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise BadTable(
            f"The body is not CSV: {error}.", hint="Send UTF-8 with a header row."
        ) from None
    return _look_up(table, snapshots, params, disconnected, CSV, _csv_parts)


def _require_csv_rows(
    body: bytes,
    parse_options: pyarrow.csv.ParseOptions,
    convert_options: pyarrow.csv.ConvertOptions,
    limits: BatchLimits,
) -> None:
    """Raise TooLarge above the limit of rows; line breaks in quotes do not count."""
    breaks = body.count(b"\n") + body.count(b"\r") - body.count(b"\r\n")
    if breaks <= limits.rows:  # one is the end of the header
        return
    rows = 0
    with pyarrow.csv.open_csv(
        pa.BufferReader(body), parse_options=parse_options, convert_options=convert_options
    ) as reader:
        for batch in reader:
            rows += batch.num_rows
            limits.require_rows(rows)


def look_up_arrow(
    body: bytes,
    snapshots: SnapshotStore,
    params: TableParams,
    limits: BatchLimits,
    disconnected: threading.Event,
) -> Response:
    """Return the Arrow stream with a column of grid codes."""
    try:
        total_rows = total_bytes = 0
        for rows, size in arrow_stream.measure(body):
            total_rows, total_bytes = total_rows + rows, total_bytes + size
            limits.require_rows(total_rows)
            limits.require_bytes(total_bytes)
        table = arrow_stream.read_table(body)
    except (pa.ArrowException, OSError, ValueError, struct.error) as error:
        raise BadTable(f"The body is not an Arrow stream: {error}.") from None
    return _look_up(table, snapshots, params, disconnected, ARROW, _arrow_parts)


def _look_up(
    table: pa.Table,
    snapshots: SnapshotStore,
    params: TableParams,
    disconnected: threading.Event,
    media_type: str,
    encode: Callable[[list[pa.RecordBatch]], Iterator[bytes]],
) -> Response:
    columns = grid_assignment.find_coordinate_columns(table.column_names, params.lon, params.lat)
    snapshot, summary = snapshots.at(params.at), AssignmentSummary()
    results = []
    for rows in table.to_batches(BATCH_ROWS) or [pa.RecordBatch.from_pylist([], table.schema)]:
        if disconnected.is_set():
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        results.append(
            grid_assignment.add_grid_columns(rows, columns, params.datum, snapshot, summary)
        )
    headers = summary_headers(summary, params.datum, snapshot)
    return StreamingResponse(encode(results), media_type=media_type, headers=headers)


def summary_headers(summary: AssignmentSummary, datum: Datum, snapshot: Snapshot) -> dict[str, str]:
    """Return the headers with the summary of a batch and the revision of its grids."""
    return {
        SUMMARY_HEADER: " ".join(summary.messages(datum)),
        REVISION_HEADER: str(snapshot.revision or ""),
    }


def _csv_parts(batches: list[pa.RecordBatch]) -> Iterator[bytes]:
    for number, rows in enumerate(batches):
        yield to_csv(rows, header=number == 0)


def _arrow_parts(batches: list[pa.RecordBatch]) -> Iterator[bytes]:
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, batches[0].schema) as stream:
        for rows in batches:
            stream.write_batch(rows)
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
