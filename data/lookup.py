"""Looking up a whole file: streamed in, placed, streamed out, in constant memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from data import formats, grid_assignment
from data.errors import UnknownFormat, UnreadableFile
from data.exporting import writer as exporting_writer
from data.exporting.csv import to_csv
from data.formats import FileEngine
from data.grid_assignment import AssignmentSummary
from geo.geometry.datums import Datum
from geo.lookup.snapshots import Snapshot

Progress = Callable[[int, int | None], None]

BLOCK_BYTES = 1 << 23
"""Bytes of a CSV that are read at once."""
BATCH_ROWS = 1 << 17


@dataclass(frozen=True)
class CoordinateOptions:
    """What the caller says about the coordinates of a file."""

    datum: Datum = Datum.WGS84
    lon: str | None = None
    lat: str | None = None


def assign_file(
    source: Path,
    target: Path,
    options: CoordinateOptions,
    snapshot: Snapshot,
    progress: Progress | None = None,
) -> AssignmentSummary:
    """Write the rows of a CSV or Parquet file to another, each with the grid it is in.

    `target` is there whole or not at all, whatever stops the work. Raises NoCoordinates,
    UnknownFormat, UnreadableFile and UnwritableFile.
    """
    _require(source, "read")
    _require(target, "written")
    summary = AssignmentSummary()
    placed = _placed(_batches(source), options, snapshot, summary, progress)
    with exporting_writer.atomic_write(target) as draft:
        _WRITE[formats.format_of(target, for_writing=True).engine](placed, draft)
    return summary


def _batches(source: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file. Raises UnreadableFile where it breaks off."""
    try:
        yield from _READ[formats.format_of(source).engine](source)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFile(f"{source.name}: {error}.", hint="Mend the file.") from error


def _placed(
    batches: Iterator[pa.RecordBatch],
    asked: CoordinateOptions,
    snapshot: Snapshot,
    summary: AssignmentSummary,
    progress: Progress | None,
) -> Iterator[pa.RecordBatch]:
    for rows in batches:
        at = grid_assignment.find_coordinate_columns(rows.schema.names, asked.lon, asked.lat)
        yield grid_assignment.add_grid_columns(rows, at, asked.datum, snapshot, summary)
        if progress is not None:
            progress(summary.rows, None)


def _require(path: Path, done: str) -> None:
    reader = formats.format_of(path, for_writing=done == "written").engine
    if reader not in _READ:
        raise UnknownFormat(
            f"{path.name}: a file to look up is {done} as CSV or Parquet.",
            hint="Convert it, or import it as issues.",
        )
    if done == "read" and not path.is_file():
        raise UnreadableFile(f"{path} does not exist.", hint="Check the path.")


def _read_csv(path: Path) -> Iterator[pa.RecordBatch]:
    with pyarrow.csv.open_csv(path) as head:
        names = head.schema.names
    reader = pyarrow.csv.open_csv(
        path,
        pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
        pyarrow.csv.ParseOptions(newlines_in_values=True),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    with reader:
        yield _none(reader.schema)
        yield from reader


def _read_parquet(path: Path) -> Iterator[pa.RecordBatch]:
    with pyarrow.parquet.ParquetFile(path) as file:
        yield _none(file.schema_arrow)
        yield from file.iter_batches(BATCH_ROWS)


def _none(schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch without rows: it opens every file, so that one without rows has its head."""
    return pa.RecordBatch.from_pylist([], schema)


def _write_csv(batches: Iterator[pa.RecordBatch], path: Path) -> None:
    with path.open("wb") as file:
        for number, rows in enumerate(batches):
            file.write(to_csv(rows, header=number == 0))


def _write_parquet(batches: Iterator[pa.RecordBatch], path: Path) -> None:
    first = next(batches)
    with pyarrow.parquet.ParquetWriter(path, first.schema) as writer:
        writer.write_batch(first)
        for rows in batches:
            writer.write_batch(rows)


_READ: dict[FileEngine, Callable[[Path], Iterator[pa.RecordBatch]]] = {
    FileEngine.CSV: _read_csv,
    FileEngine.PARQUET: _read_parquet,
}
_WRITE: dict[FileEngine, Callable[[Iterator[pa.RecordBatch], Path], None]] = {
    FileEngine.CSV: _write_csv,
    FileEngine.PARQUET: _write_parquet,
}
