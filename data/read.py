"""Open a file of one kind and yield its rows in our columns, checked, a batch at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from data import crs, formats, layers, mapping, places, tables
from data.check import Check, Rules
from data.columns import TABLES, Kind, Shape, Table
from data.faults import Fault, MissingColumn, Notes, UnreadableFile
from data.formats import Reader
from data.keys import Seen
from data.options import ReadOptions
from data.shapes import Geoms
from data.streams import Raw, Stream

__all__ = ["Batch", "ReadOptions", "Source", "open_source"]


@dataclass(frozen=True)
class Batch:
    """The good rows of one stretch of a file, in our columns, and what is wrong with the others.

    `columns` has every column of the kind, in order: text as string, int as int32, date as date32,
    moment as timestamp[us, UTC], null where the file has nothing. `geometry` is in EPSG:4326 (areas
    as MultiPolygon), None where a row has no shape; None as a whole for kinds without geometry.
    `rows` are the numbers of the good rows in the file, from 1.
    """

    columns: Mapping[str, pa.Array]
    geometry: Geoms | None
    rows: NDArray[np.int64]
    faults: tuple[Fault, ...]
    raw: Raw = field(repr=False)
    """The rows as they were, good and bad, for those who must hand some back."""

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def ewkb(self) -> pa.Array | None:
        """The geometry as EWKB with its SRID, null where a row has none, ready for COPY."""
        if self.geometry is None:
            return None
        stamped = shapely.set_srid(self.geometry, 4326)
        return pa.array(shapely.to_wkb(stamped, include_srid=True), pa.binary())


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
        None if check.geometry is None else check.geometry[check.good],
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
    rules = Rules(
        path.name,
        table,
        mapping.match(stream, table, options.columns),
        crs.frame(stream.crs, options.crs, options.datum, notes),
        options,
        notes,
        shaped=table.shape is not Shape.NONE and stream.shaped,
    )
    return Source(path, kind, stream, rules)


def _stream(path: Path, table: Table, options: ReadOptions, notes: Notes) -> Stream:
    if formats.of(path).reader is Reader.CSV:
        stream = tables.open_csv(path, options.encoding, notes)
        return places.place(stream, places.find(stream, options.columns))
    return layers.open_layer(path, options.layer, table.shape, options.encoding, notes)
