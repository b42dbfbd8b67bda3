"""Read CSV as a stream of rows of text."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from data.errors import UnreadableFile
from data.formulas import unquote_formulas
from data.reading.files import encodings
from data.reading.files.record_stream import BATCH_ROWS, RawBatch, RecordStream
from data.reading.notes import Notes
from data.row_errors import RowError

_DELIMITERS = ",;\t|"
_BLOCK_BYTES = 16 << 20
"""Bytes parsed at once; also the longest row."""


def open_csv(path: Path, encoding: str | None, notes: Notes) -> RecordStream:
    """Return a CSV as a stream; raises UnreadableFile, UnknownEncoding."""
    detected = encodings.text_encoding(path, encoding)
    if detected.guessed:
        notes.add(encodings.guess_note(detected.name))
    codec = "utf-8-sig" if detected.name == "utf-8" else detected.name
    try:
        with path.open(encoding=codec, newline="") as file:
            sample = file.read(1 << 16)
            file.seek(0)
            delimiter = _detect_delimiter(sample)
            header = next(csv.reader(file, delimiter=delimiter), [])
    except (UnicodeError, csv.Error) as error:
        raise _unreadable(path, error) from error
    names = [name.strip() for name in header]
    if not any(names):
        raise UnreadableFile(
            f"{path.name} has no header.", hint="Name the columns in its first row."
        )

    def batches() -> Iterator[RawBatch]:
        return _read_batches(path, detected.name, delimiter, names)

    return RecordStream(path.name, tuple(names), batches, has_geometry=False)


def _detect_delimiter(sample: str) -> str:
    """Return the most frequent delimiter of the first line."""
    line = sample.partition("\n")[0]
    return max(_DELIMITERS, key=line.count)


def _unreadable(path: Path, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} cannot be read as CSV: {str(error)[:300]}",
        hint="Check that it is complete, and its encoding (--encoding).",
    )


class _RaggedRows:
    """Collects the rows that have more or fewer values than the header."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.next_row = 1
        self.rows: list[int] = []
        self.errors: list[RowError] = []

    def number_rows(self, count: int) -> tuple[NDArray[np.int64], tuple[RowError, ...]]:
        """Return the numbers of the next `count` valid rows, and the errors collected so far."""
        candidates = np.arange(self.next_row, self.next_row + count + len(self.rows))
        numbers = np.setdiff1d(candidates, self.rows)[:count]
        errors, self.errors = tuple(self.errors), []
        if count:
            self.next_row = int(numbers[-1]) + 1
            self.rows = [row for row in self.rows if row >= self.next_row]
        return numbers, errors

    def __call__(self, row: arrow_csv.InvalidRow) -> str:
        number = (row.number or 1) - 1
        self.rows.append(number)
        self.errors.append(
            RowError(
                self.file_name,
                number,
                "ragged_row",
                f"it has {row.actual_columns} values but the header has {row.expected_columns}",
                "Put values that contain a delimiter or a line break in quotes.",
            )
        )
        return "skip"


def _read_batches(
    path: Path, encoding: str, delimiter: str, header: list[str]
) -> Iterator[RawBatch]:
    ragged_rows = _RaggedRows(path.name)
    names = [f"{position}" for position in range(len(header))]
    try:
        reader = _open_reader(path, encoding, delimiter, names, ragged_rows)
        last_block = None
        for block in reader:
            numbers, errors = ragged_rows.number_rows(block.num_rows)
            yield from _split_block(block.rename_columns(header), numbers, errors)
            last_block = block
        _require_closed_quotes(path, last_block)
        _, errors = ragged_rows.number_rows(0)
        if errors:
            yield RawBatch(np.empty(0, np.int64), _empty_batch(header), None, errors)
    except (pa.ArrowException, UnicodeError, OSError) as error:
        raise _unreadable(path, error) from error


def _open_reader(
    path: Path, encoding: str, delimiter: str, names: list[str], ragged_rows: _RaggedRows
) -> arrow_csv.CSVStreamingReader:
    """Return a stream of blocks in which every value is text, without the header row."""
    return arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK_BYTES,
            column_names=names,
            skip_rows_after_names=1,
            encoding=encoding,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=ragged_rows,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _require_closed_quotes(path: Path, last_block: pa.RecordBatch | None) -> None:
    """Raise UnreadableFile if the last value extends to the end because its quote never closes."""
    if last_block is None or not last_block.num_rows:
        return
    if "\n" not in (last_block.column(-1)[-1].as_py() or ""):
        return
    with path.open("rb") as file:
        quotes = sum(chunk.count(b'"') for chunk in iter(lambda: file.read(_BLOCK_BYTES), b""))
    if quotes % 2:
        raise UnreadableFile(
            f"{path.name}: a quote is opened and never closed.",
            hint="Check the last row that was read correctly, or double the quotes in values.",
        )


def _empty_batch(header: list[str]) -> pa.RecordBatch:
    return pa.record_batch([pa.nulls(0, pa.string()) for _ in header], names=header)


def _split_block(
    block: pa.RecordBatch, numbers: NDArray[np.int64], errors: tuple[RowError, ...]
) -> Iterator[RawBatch]:
    """Yield a block in batches, without the rows in which every value is empty."""
    block = pa.record_batch([unquote_formulas(each) for each in block.columns], block.schema.names)
    blank = np.ones(block.num_rows, dtype=np.bool_)
    for column in block.columns:
        blank &= np.asarray(column.is_null())
    if blank.any():
        block, numbers = block.filter(pa.array(~blank)), numbers[~blank]
    for start in range(0, max(block.num_rows, 1), BATCH_ROWS):
        part = block.slice(start, BATCH_ROWS)
        part_errors = errors if start == 0 else ()
        yield RawBatch(numbers[start : start + BATCH_ROWS], part, None, part_errors)
