"""Read CSV as a stream of rows of text."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from data.reading.files import encodings
from data.reading.files.record_stream import ROWS, Raw, Stream
from data.row_errors import Notes, RowError, UnreadableFile

_DELIMITERS = ",;\t|"
_BLOCK = 16 << 20
"""Bytes parsed at once; also the longest row."""


def open_csv(path: Path, encoding: str | None, notes: Notes) -> Stream:
    """Return a CSV as a stream; raises UnreadableFile, UnknownEncoding."""
    found = encodings.of_text(path, encoding)
    if found.guessed:
        notes.add(f"The text was taken as {found.name}; if it looks wrong, give --encoding.")
    codec = "utf-8-sig" if found.name == "utf-8" else found.name
    try:
        with path.open(encoding=codec, newline="") as file:
            sample = file.read(1 << 16)
            file.seek(0)
            delimiter = _delimiter(sample)
            header = next(csv.reader(file, delimiter=delimiter), [])
    except (UnicodeError, csv.Error) as failure:
        raise _unreadable(path, failure) from failure
    if not any(name.strip() for name in header):
        raise UnreadableFile(
            f"{path.name} has no header.", hint="Name the columns in its first row."
        )

    def batches() -> Iterator[Raw]:
        return _csv(path, found.name, delimiter, [name.strip() for name in header])

    return Stream(path.name, tuple(name.strip() for name in header), batches, shaped=False)


def _delimiter(sample: str) -> str:
    """Return the delimiter that the first line has most of."""
    line = sample.partition("\n")[0]
    return max(_DELIMITERS, key=line.count)


def _unreadable(path: Path, failure: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} cannot be read as a table: {str(failure)[:300]}",
        hint="Check that it is complete, and its encoding (--encoding).",
    )


class _Ragged:
    """Collects the rows that have more or fewer values than the header."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.next = 1
        self.rows: list[int] = []
        self.faults: list[RowError] = []

    def number(self, count: int) -> tuple[NDArray[np.int64], tuple[RowError, ...]]:
        """Number the next `count` good rows around the ragged ones met, and hand over those."""
        reach = np.arange(self.next, self.next + count + len(self.rows))
        numbers = np.setdiff1d(reach, self.rows)[:count]
        faults, self.faults = tuple(self.faults), []
        if count:
            self.next = int(numbers[-1]) + 1
            self.rows = [row for row in self.rows if row >= self.next]
        return numbers, faults

    def __call__(self, row: arrow_csv.InvalidRow) -> str:
        number = (row.number or 1) - 1
        self.rows.append(number)
        self.faults.append(
            RowError(
                self.file,
                number,
                "ragged_row",
                f"it has {row.actual_columns} values where the header names {row.expected_columns}",
                "Put values that hold a delimiter or a line break in quotes.",
            )
        )
        return "skip"


def _csv(path: Path, encoding: str, delimiter: str, header: list[str]) -> Iterator[Raw]:
    ragged = _Ragged(path.name)
    names = [f"{at}" for at in range(len(header))]
    try:
        reader = _reader(path, encoding, delimiter, names, ragged)
        last = None
        for block in reader:
            numbers, faults = ragged.number(block.num_rows)
            yield from _slices(block.rename_columns(header), numbers, faults)
            last = block
        _closed(path, last)
        _, faults = ragged.number(0)
        if faults:
            yield Raw(np.empty(0, np.int64), _nothing(header), None, faults)
    except (pa.ArrowException, UnicodeError, OSError) as failure:
        raise _unreadable(path, failure) from failure


def _reader(
    path: Path, encoding: str, delimiter: str, names: list[str], ragged: _Ragged
) -> arrow_csv.CSVStreamingReader:
    """Return a stream of blocks in which every value is text, the header row left out."""
    return arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK,
            column_names=names,
            skip_rows_after_names=1,
            encoding=encoding,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=ragged,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _closed(path: Path, last: pa.RecordBatch | None) -> None:
    """Raise UnreadableFile if the last value goes on to the end because its quote never closes."""
    if last is None or not last.num_rows or "\n" not in (last.column(-1)[-1].as_py() or ""):
        return
    with path.open("rb") as file:
        quotes = sum(chunk.count(b'"') for chunk in iter(lambda: file.read(_BLOCK), b""))
    if quotes % 2:
        raise UnreadableFile(
            f"{path.name}: a quote is opened and never closed.",
            hint="Look at the last row that was read right, or double quotes inside values.",
        )


def _nothing(header: list[str]) -> pa.RecordBatch:
    return pa.record_batch([pa.nulls(0, pa.string()) for _ in header], names=header)


def _slices(
    block: pa.RecordBatch, numbers: NDArray[np.int64], faults: tuple[RowError, ...]
) -> Iterator[Raw]:
    """Cut a block into batches, without the rows that are blank from end to end."""
    blank = np.ones(block.num_rows, dtype=np.bool_)
    for column in block.columns:
        blank &= np.asarray(column.is_null())
    if blank.any():
        block, numbers = block.filter(pa.array(~blank)), numbers[~blank]
    for start in range(0, max(block.num_rows, 1), ROWS):
        part = block.slice(start, ROWS)
        yield Raw(numbers[start : start + ROWS], part, None, faults if start == 0 else ())
