"""Looking up a whole file: streamed in, placed, streamed out, in constant memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from data import formats, grid_assignment
from data.exporting import writer as exporting_writer
from data.exporting.csv import to_csv
from data.formats import Reader
from data.grid_assignment import Summary
from data.row_errors import UnknownFormat, UnreadableFile
from geo.geometry.datums import Datum
from geo.lookup.snapshots import Snapshot

Progress = Callable[[int, int | None], None]

BLOCK = 1 << 23
"""Bytes of a CSV that are read at once."""
ROWS = 1 << 17


@dataclass(frozen=True)
class Asked:
    """What the caller says about the coordinates of a file."""

    datum: Datum = Datum.WGS84
    lon: str | None = None
    lat: str | None = None


def look_up(
    source: Path,
    target: Path,
    asked: Asked,
    snapshot: Snapshot,
    progress: Progress | None = None,
) -> Summary:
    """Write the rows of a CSV or Parquet file to another, each with the grid it is in.

    `target` is there whole or not at all, whatever stops the work. Raises NoCoordinates,
    UnknownFormat, UnreadableFile and UnwritableFile.
    """
    _require(source, "read")
    _require(target, "written")
    summary = Summary()
    placed = _placed(_batches(source), asked, snapshot, summary, progress)
    with exporting_writer.draft(target) as draft:
        _WRITE[formats.of(target, write=True).reader](placed, draft)
    return summary


def _batches(source: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file. Raises UnreadableFile where it breaks off."""
    try:
        yield from _READ[formats.of(source).reader](source)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFile(f"{source.name}: {error}.", hint="Mend the file.") from error


def _placed(
    batches: Iterator[pa.RecordBatch],
    asked: Asked,
    snapshot: Snapshot,
    summary: Summary,
    progress: Progress | None,
) -> Iterator[pa.RecordBatch]:
    for rows in batches:
        at = grid_assignment.columns(rows.schema.names, asked.lon, asked.lat)
        yield grid_assignment.place(rows, at, asked.datum, snapshot, summary)
        if progress is not None:
            progress(summary.rows, None)


def _require(path: Path, done: str) -> None:
    reader = formats.of(path, write=done == "written").reader
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
        pyarrow.csv.ReadOptions(block_size=BLOCK),
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
        yield from file.iter_batches(ROWS)


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


_READ: dict[Reader, Callable[[Path], Iterator[pa.RecordBatch]]] = {
    Reader.CSV: _read_csv,
    Reader.PARQUET: _read_parquet,
}
_WRITE: dict[Reader, Callable[[Iterator[pa.RecordBatch], Path], None]] = {
    Reader.CSV: _write_csv,
    Reader.PARQUET: _write_parquet,
}
