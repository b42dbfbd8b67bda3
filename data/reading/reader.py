"""Open a file of one kind and yield its rows in our columns, checked, a batch at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from data import formats
from data.columns import TABLES, Kind, Shape, Table
from data.formats import Reader
from data.reading import column_mapping, coordinate_columns
from data.reading.duplicate_keys import Seen
from data.reading.files import csv_reader, gdal_reader, parquet_reader, xlsx_reader
from data.reading.files.record_stream import Raw, Stream
from data.reading.geometry import crs, shapes
from data.reading.options import ReadOptions
from data.reading.validate import Check, Rules
from data.row_errors import MissingColumn, Notes, RowError, UnreadableFile

__all__ = ["Batch", "ReadOptions", "Source", "open_source"]


@dataclass(frozen=True)
class Batch:
    """The good rows of one stretch of a file, in our columns, and what is wrong with the others.

    `columns` has every column of the kind, in order: text as string, int as int32, date as date32,
    moment as timestamp[us, UTC], null where the file has nothing. `ewkb` and `geometry` are in
    EPSG:4326 (areas as MultiPolygon), and None as a whole where there is no geometry at all.
    `rows` are the numbers of the good rows in the file, from 1.
    """

    columns: Mapping[str, pa.Array]
    ewkb: pa.Array | None
    """The geometry as EWKB with its SRID, null where a row has none, ready for COPY."""
    rows: NDArray[np.int64]
    faults: tuple[RowError, ...]
    raw: Raw = field(repr=False)
    """The rows as they were, good and bad, for those who must hand some back."""

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def geometry(self) -> shapes.Geoms | None:
        """The geometry in EPSG:4326, areas as MultiPolygon, None where a row has none."""
        if self.ewkb is None:
            return None
        return np.asarray(shapely.from_wkb(self.ewkb.to_numpy(zero_copy_only=False)), dtype=object)


@dataclass(frozen=True)
class Source:
    """A file opened as one kind: iterate it for its batches, as often as needed."""

    path: Path
    kind: Kind
    stream: Stream
    rules: Rules

    @property
    def total(self) -> int | None:
        """How many rows the file says it has, None where it does not say."""
        return self.stream.total

    @property
    def notes(self) -> Notes:
        """What was assumed or done so far; complete once the batches have been iterated."""
        return self.rules.notes

    @property
    def table(self) -> Table:
        """The columns and rules of its kind."""
        return self.rules.table

    def __iter__(self) -> Iterator[Batch]:
        seen = Seen(self.table.key)
        for raw in self.stream.batches():
            if len(raw) or raw.faults:
                yield _batch(Check(self.rules, raw), seen)


def _batch(check: Check, seen: Seen) -> Batch:
    check.run(seen)
    keep = pa.array(check.good)
    return Batch(
        {name: values.filter(keep) for name, values in check.columns.items()},
        None if check.ewkb is None else check.ewkb.filter(keep),
        check.raw.rows[check.good],
        (*check.raw.faults, *check.faults),
        check.raw,
    )


def open_source(path: Path, kind: Kind, options: ReadOptions | None = None) -> Source:
    """Return the file as a source of rows of one kind.

    Raises UnknownFormat, UnreadableFile, UnknownLayer, UnknownCrs, UnknownEncoding and
    MissingColumn, each saying what is wrong and what to do. Iterating it may raise UnreadableFile.
    """
    options = options or ReadOptions()
    table, notes = TABLES[kind], Notes()
    if not path.exists():
        raise UnreadableFile(f"{path} does not exist.", hint="Check the path.")
    stream = _stream(path, table, options, notes)
    if table.shape_required and not stream.shaped:
        raise MissingColumn(
            f"{path.name} holds no geometry; each of its {kind} needs {table.shape.value}.",
            hint="For a table, give it lon and lat columns or one with WKT.",
        )
    shaped = table.shape is not Shape.NONE and stream.shaped
    rules = Rules(
        path.name,
        table,
        column_mapping.match(stream, table, options.columns),
        shapes.Rule(
            table.shape,
            table.shape_required,
            crs.frame(stream.crs if shaped else "", options.crs, options.datum, notes),
            options.repair,
            options.extent,
        ),
        options,
        notes,
        shaped,
    )
    return Source(path, kind, stream, rules)


def _stream(path: Path, table: Table, options: ReadOptions, notes: Notes) -> Stream:
    match formats.of(path).reader:
        case Reader.GDAL:
            return gdal_reader.open_layer(path, options.layer, table.shape, options.encoding, notes)
        case Reader.PARQUET:
            stream = parquet_reader.open_parquet(path)
        case Reader.XLSX:
            stream = xlsx_reader.open_xlsx(path, options.layer)
        case Reader.CSV:
            stream = csv_reader.open_csv(path, options.encoding, notes)
    return stream if stream.shaped else coordinate_columns.place(stream, options.columns)
