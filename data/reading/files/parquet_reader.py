"""Read GeoParquet and plain Parquet as a stream."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import UnreadableFile
from data.reading.files.record_stream import BATCH_ROWS, RawBatch, RecordStream
from data.reading.files.text_decoding import is_text_column

_READ_ERRORS = (pa.ArrowException, OSError, json.JSONDecodeError, UnicodeDecodeError)


@dataclass(frozen=True)
class _GeometryColumn:
    name: str
    crs: str | None


def open_parquet(path: Path) -> RecordStream:
    """Return the rows as a stream, with geometry if the file has WKB; raises UnreadableFile."""
    try:
        with pq.ParquetFile(path) as file:
            schema, row_count = file.schema_arrow, file.metadata.num_rows
            geometry = _find_geometry(path, schema)
    except _READ_ERRORS as error:
        raise _unreadable(path, error) from error
    names = tuple(name for name in schema.names if geometry is None or name != geometry.name)

    def batches() -> Iterator[RawBatch]:
        return _read_batches(path, geometry)

    return RecordStream(
        path.name,
        names,
        batches,
        crs=geometry.crs if geometry else None,
        row_count=row_count,
        has_geometry=geometry is not None,
    )


def _unreadable(path: Path, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} cannot be read as Parquet: {str(error)[:300]}",
        hint="Check that it is complete.",
    )


def _find_geometry(path: Path, schema: pa.Schema) -> _GeometryColumn | None:
    """Return the geometry column by the GeoParquet metadata, or else by its name and type."""
    metadata = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    if not metadata:
        names = [f.name for f in schema if f.name in {"geometry", "geom", "wkb"} and _is_binary(f)]
        return _GeometryColumn(names[0], None) if names else None
    primary = metadata["primary_column"]
    column: dict[str, Any] = metadata["columns"][primary]
    if column.get("encoding", "WKB") != "WKB" or not _is_binary(schema.field(primary)):
        raise UnreadableFile(
            f"{path.name} stores its geometry as {column.get('encoding')}.",
            hint="Write it with its geometry as WKB.",
        )
    if "crs" not in column:
        return _GeometryColumn(primary, "")
    return _GeometryColumn(primary, json.dumps(column["crs"]) if column["crs"] else None)


def _is_binary(field: pa.Field) -> bool:
    return bool(pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type))


def _read_batches(path: Path, geometry: _GeometryColumn | None) -> Iterator[RawBatch]:
    first = 1
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH_ROWS):
                row_numbers = np.arange(first, first + batch.num_rows)
                first += batch.num_rows
                for column in filter(is_text_column, batch.columns):
                    column.validate(full=True)
                if geometry is None:
                    yield RawBatch(row_numbers, batch)
                    continue
                position = batch.schema.get_field_index(geometry.name)
                attributes, wkb = batch.remove_column(position), batch.column(position)
                yield RawBatch(row_numbers, attributes, wkb)
    except _READ_ERRORS as error:
        raise _unreadable(path, error) from error
