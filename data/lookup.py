"""Assign the rows of a whole file to grids, streaming, in constant memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from data import formats, grid_assignment
from data.errors import UnknownFormat, UnreadableFile
from data.exporting import writer as file_writer
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
    """The datum of the coordinates in a file, and the names of their columns."""

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
    """Write the rows of a CSV or Parquet file to another file, each with its grid.

    Writes `target` completely or, if interrupted, not at all. Raises NoCoordinates,
    UnknownFormat, UnreadableFile and UnwritableFile.
    """
    _require_supported(source, for_writing=False)
    _require_supported(target, for_writing=True)
    summary = AssignmentSummary()
    batches = _assign_batches(_read_batches(source), options, snapshot, summary, progress)
    with file_writer.atomic_write(target) as temporary:
        _WRITERS[formats.format_of(target, for_writing=True).engine](batches, temporary)
    return summary


def _read_batches(source: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file. Raises UnreadableFile where it is broken."""
    try:
        yield from _READERS[formats.format_of(source).engine](source)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFile(f"{source.name}: {error}.", hint="Repair the file.") from error


def _assign_batches(
    batches: Iterator[pa.RecordBatch],
    options: CoordinateOptions,
    snapshot: Snapshot,
    summary: AssignmentSummary,
    progress: Progress | None,
) -> Iterator[pa.RecordBatch]:
    for rows in batches:
        columns = grid_assignment.find_coordinate_columns(
            rows.schema.names, options.lon, options.lat
        )
        yield grid_assignment.add_grid_columns(rows, columns, options.datum, snapshot, summary)
        if progress is not None:
            progress(summary.rows, None)


def _require_supported(path: Path, *, for_writing: bool) -> None:
    if formats.format_of(path, for_writing=for_writing).engine not in _READERS:
        verb = "written" if for_writing else "read"
        raise UnknownFormat(
            f"{path.name}: points are {verb} as CSV or Parquet only.",
            hint="Convert the file, or import it as issues.",
        )
    if not for_writing and not path.is_file():
        raise UnreadableFile(f"{path} does not exist.", hint="Check the path.")


def _read_csv(path: Path) -> Iterator[pa.RecordBatch]:
    with pyarrow.csv.open_csv(path) as reader:
        names = reader.schema.names
    reader = pyarrow.csv.open_csv(
        path,
        pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
        pyarrow.csv.ParseOptions(newlines_in_values=True),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    with reader:
        yield _empty_batch(reader.schema)
        yield from reader


def _read_parquet(path: Path) -> Iterator[pa.RecordBatch]:
    with pyarrow.parquet.ParquetFile(path) as file:
        yield _empty_batch(file.schema_arrow)
        yield from file.iter_batches(BATCH_ROWS)


def _empty_batch(schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch without rows.

    It comes before the rows of every file, so that a file without rows still gets its header.
    """
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


_READERS: dict[FileEngine, Callable[[Path], Iterator[pa.RecordBatch]]] = {
    FileEngine.CSV: _read_csv,
    FileEngine.PARQUET: _read_parquet,
}
_WRITERS: dict[FileEngine, Callable[[Iterator[pa.RecordBatch], Path], None]] = {
    FileEngine.CSV: _write_csv,
    FileEngine.PARQUET: _write_parquet,
}
