"""Open a file as one kind of data and yield its rows in our columns, validated, in batches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from data import formats
from data.columns import SCHEMAS, DatasetKind, DatasetSchema, GeometryKind
from data.errors import MissingColumn, UnreadableFile
from data.formats import FileEngine
from data.reading import column_mapping, coordinate_columns
from data.reading.duplicate_keys import KeyIndex
from data.reading.files import csv_reader, gdal_reader, parquet_reader, xlsx_reader
from data.reading.files.record_stream import RawBatch, RecordStream
from data.reading.geometry import checks, crs
from data.reading.notes import Notes
from data.reading.options import ReadOptions
from data.reading.validate import BatchValidator, ValidationRules
from data.row_errors import RowError

__all__ = ["ReadOptions", "RowBatch", "Source", "open_source"]


@dataclass(frozen=True)
class RowBatch:
    """The valid rows of one part of a file, in our columns, and the errors of the other rows.

    `columns` has every column of the kind, in order: text as string, int as int32, date as date32,
    timestamp as timestamp[us, UTC], null where the file has no value. `ewkb` and `geometry` are in
    EPSG:4326 (polygons as MultiPolygon), and None as a whole where there is no geometry at all.
    `row_numbers` are the numbers of the valid rows in the file, from 1.
    """

    columns: Mapping[str, pa.Array]
    ewkb: pa.Array | None
    """The geometry as EWKB with its SRID, null where a row has none, ready for COPY."""
    row_numbers: NDArray[np.int64]
    errors: tuple[RowError, ...]
    raw: RawBatch = field(repr=False)
    """The rows as the file has them, valid and invalid, to write the rejected ones to a file."""

    def __len__(self) -> int:
        return len(self.row_numbers)

    @cached_property
    def geometry(self) -> checks.Geoms | None:
        """The geometry in EPSG:4326, polygons as MultiPolygon, None where a row has none."""
        if self.ewkb is None:
            return None
        return np.asarray(shapely.from_wkb(self.ewkb.to_numpy(zero_copy_only=False)), dtype=object)


@dataclass(frozen=True)
class Source:
    """A file opened as one kind of data: iterate over its batches, as often as needed."""

    path: Path
    kind: DatasetKind
    stream: RecordStream
    rules: ValidationRules

    @property
    def row_count(self) -> int | None:
        """How many rows the file declares, None where it declares no number."""
        return self.stream.row_count

    @property
    def notes(self) -> Notes:
        """What was assumed and changed so far; complete after the iteration."""
        return self.rules.notes

    @property
    def schema(self) -> DatasetSchema:
        """The columns and rules of its kind."""
        return self.rules.schema

    def __iter__(self) -> Iterator[RowBatch]:
        key_index = KeyIndex(self.schema.key)
        for raw in self.stream.batches():
            if len(raw) or raw.errors:
                yield _validate_batch(self.rules, raw, key_index)


def _validate_batch(rules: ValidationRules, raw: RawBatch, key_index: KeyIndex) -> RowBatch:
    validator = BatchValidator(rules, raw)
    validator.run(key_index)
    valid = pa.array(validator.valid)
    return RowBatch(
        {name: values.filter(valid) for name, values in validator.columns.items()},
        None if validator.ewkb is None else validator.ewkb.filter(valid),
        raw.row_numbers[validator.valid],
        (*raw.errors, *validator.errors),
        raw,
    )


def open_source(path: Path, kind: DatasetKind, options: ReadOptions | None = None) -> Source:
    """Return the file as a source of rows of one kind.

    Raises UnknownFormat, UnreadableFile, UnknownLayer, UnknownCrs, UnknownEncoding and
    MissingColumn. The iteration may raise UnreadableFile.
    """
    options = options or ReadOptions()
    schema, notes = SCHEMAS[kind], Notes()
    if not path.exists():
        raise UnreadableFile(f"{path} does not exist.", hint="Check the path.")
    stream = _open_stream(path, schema, options, notes)
    if schema.geometry_required and not stream.has_geometry:
        raise MissingColumn(
            f"{path.name} has no geometry; each of its {kind} needs {schema.geometry.value}.",
            hint="For a table, add lon and lat columns, or a column with WKT.",
        )
    has_geometry = schema.geometry is not GeometryKind.NONE and stream.has_geometry
    file_crs = stream.crs if has_geometry else ""
    rules = ValidationRules(
        path.name,
        schema,
        column_mapping.map_columns(stream, schema, options.columns),
        checks.GeometryRules(
            schema.geometry,
            schema.geometry_required,
            crs.resolve_crs(file_crs, options.crs, options.datum, notes),
            options.repair,
            options.extent,
        ),
        options,
        notes,
        has_geometry,
    )
    return Source(path, kind, stream, rules)


def _open_stream(
    path: Path, schema: DatasetSchema, options: ReadOptions, notes: Notes
) -> RecordStream:
    match formats.format_of(path).engine:
        case FileEngine.GDAL:
            return gdal_reader.open_layer(
                path, options.layer, schema.geometry, options.encoding, notes
            )
        case FileEngine.PARQUET:
            stream = parquet_reader.open_parquet(path)
        case FileEngine.XLSX:
            stream = xlsx_reader.open_xlsx(path, options.layer)
        case FileEngine.CSV:
            stream = csv_reader.open_csv(path, options.encoding, notes)
    if stream.has_geometry:
        return stream
    return coordinate_columns.add_geometry(stream, options.columns)
