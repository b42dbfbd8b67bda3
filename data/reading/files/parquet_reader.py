"""Read GeoParquet, and plain Parquet, as a stream."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.reading.files.record_stream import ROWS, Raw, Stream
from data.reading.files.text_decoding import is_text
from data.row_errors import UnreadableFile

_FAILURES = (pa.ArrowException, OSError, json.JSONDecodeError, UnicodeDecodeError)


@dataclass(frozen=True)
class _Geometry:
    column: str
    crs: str | None


def open_parquet(path: Path) -> Stream:
    """Return the rows as a stream, shaped where the file has WKB; raises UnreadableFile."""
    try:
        with pq.ParquetFile(path) as file:
            schema, total = file.schema_arrow, file.metadata.num_rows
            geometry = _geometry(path, schema)
    except _FAILURES as failure:
        raise _unreadable(path, failure) from failure
    fields = tuple(name for name in schema.names if geometry is None or name != geometry.column)

    def batches() -> Iterator[Raw]:
        return _batches(path, geometry)

    return Stream(
        path.name,
        fields,
        batches,
        crs=geometry.crs if geometry else None,
        total=total,
        shaped=geometry is not None,
    )


def _unreadable(path: Path, failure: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} cannot be read as Parquet: {str(failure)[:300]}",
        hint="Check that it is complete.",
    )


def _geometry(path: Path, schema: pa.Schema) -> _Geometry | None:
    """Return the geometry column that the GeoParquet metadata, or else the schema, tells of."""
    told = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    if not told:
        names = [f.name for f in schema if f.name in {"geometry", "geom", "wkb"} and _is_binary(f)]
        return _Geometry(names[0], None) if names else None
    primary = told["primary_column"]
    column: dict[str, Any] = told["columns"][primary]
    if column.get("encoding", "WKB") != "WKB" or not _is_binary(schema.field(primary)):
        raise UnreadableFile(
            f"{path.name} stores its geometry as {column.get('encoding')}.",
            hint="Write it again with its geometry as WKB.",
        )
    if "crs" not in column:
        return _Geometry(primary, "")
    return _Geometry(primary, json.dumps(column["crs"]) if column["crs"] else None)


def _is_binary(field: pa.Field) -> bool:
    return bool(pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type))


def _batches(path: Path, geometry: _Geometry | None) -> Iterator[Raw]:
    first = 1
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS):
                rows = np.arange(first, first + batch.num_rows)
                first += batch.num_rows
                for column in filter(is_text, batch.columns):
                    column.validate(full=True)
                if geometry is None:
                    yield Raw(rows, batch)
                    continue
                at = batch.schema.get_field_index(geometry.column)
                yield Raw(rows, batch.remove_column(at), batch.column(at))
    except _FAILURES as failure:
        raise _unreadable(path, failure) from failure
