"""Read a sheet of an Excel workbook as a stream of rows of text."""

import datetime
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from data.reading.files import captured_warnings
from data.reading.files.record_stream import ROWS, Raw, Stream
from data.row_errors import RowError, UnknownLayer, UnreadableFile

_FAILURES = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, ParseError,
             EOFError)  # fmt: skip
LARGEST = 1 << 30
"""Bytes a workbook may unpack to: more is a trap rather than a table."""


def open_xlsx(path: Path, sheet: str | None) -> Stream:
    """Return one sheet as a stream; raises UnreadableFile, UnknownLayer.

    The first row that holds anything names the columns. Without a name it is the first sheet.
    """
    try:
        _weigh(path)
        with _Book(path) as book:
            name = _choose(path, book.names, sheet)
            header = next(book.rows(name), None)
    except _FAILURES as failure:
        raise _unreadable(path, failure) from failure
    if header is None:
        raise UnreadableFile(
            f"{path.name} has no header.", hint="Name the columns in its first row."
        )
    fields = [_text(cell) or "" for cell in header]
    while fields and not fields[-1]:
        fields.pop()

    def batches() -> Iterator[Raw]:
        return _batches(path, name, fields)

    return Stream(path.name, tuple(fields), batches, shaped=False)


class _Book:
    """A workbook held open for reading, row by row."""

    def __init__(self, path: Path) -> None:
        with captured_warnings.heard():  # of features of Excel that hold no data
            self.book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        self.names = [sheet.title for sheet in self.book.worksheets]

    def __enter__(self) -> "_Book":
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()

    def rows(self, sheet: str) -> Iterator[tuple[Any, ...]]:
        """Yield every row from the first that is not blank."""
        worksheet = self.book[sheet]
        worksheet.reset_dimensions()
        rows = worksheet.iter_rows(values_only=True)
        begun = False
        for row in rows:
            begun = begun or any(map(_filled, row))
            if begun:
                yield row


def _weigh(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST:
        raise UnreadableFile(
            f"{path.name} unpacks to {size / 1e9:.1f} GB.", hint="Save it as CSV instead."
        )


def _choose(path: Path, names: list[str], wanted: str | None) -> str:
    if wanted is not None and wanted not in names:
        raise UnknownLayer(
            f"{path.name} has no sheet {wanted!r}.", hint=f"It has: {', '.join(names)}."
        )
    return wanted or names[0]


def _unreadable(path: Path, failure: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} cannot be read as a workbook: {str(failure)[:300]}",
        hint="Check that it is complete, or save it as CSV.",
    )


def _batches(path: Path, sheet: str, fields: list[str]) -> Iterator[Raw]:
    try:
        with _Book(path) as book:
            numbered = enumerate(islice(book.rows(sheet), 1, None), start=1)
            filled = (
                numbered_row for numbered_row in numbered if any(map(_filled, numbered_row[1]))
            )
            while part := list(islice(filled, ROWS)):
                yield _raw(path.name, part, fields)
    except _FAILURES as failure:
        raise _unreadable(path, failure) from failure


def _raw(file: str, part: list[tuple[int, tuple[Any, ...]]], fields: list[str]) -> Raw:
    wide = [number for number, row in part if any(map(_filled, row[len(fields) :]))]
    faults = [
        RowError(
            file,
            number,
            "ragged_row",
            f"it has values beyond the {len(fields)} columns that the header names",
            "Name their columns in the header, or clear them.",
        )
        for number in wide
    ]
    columns = [
        pa.array([_text(row[at]) if at < len(row) else None for _, row in part], pa.string())
        for at in range(len(fields))
    ]
    numbers = np.array([number for number, _ in part], dtype=np.int64)
    return Raw(numbers, pa.record_batch(columns, names=fields), None, tuple(faults))


def _filled(cell: Any) -> bool:
    return cell is not None


def _text(cell: Any) -> str | None:
    """Return a cell as text: whole numbers without `.0`, days and moments in ISO 8601."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
