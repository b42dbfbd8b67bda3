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

from data.errors import UnknownLayer, UnreadableFile
from data.reading.files import captured_warnings
from data.reading.files.record_stream import BATCH_ROWS, RawBatch, RecordStream
from data.row_errors import RowError

_READ_ERRORS = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, ParseError,
                EOFError)  # fmt: skip
MAX_UNPACKED_BYTES = 1 << 30
"""Larger workbooks are rejected: they are zip bombs rather than tables."""


def open_xlsx(path: Path, worksheet_name: str | None) -> RecordStream:
    """Return one sheet, by default the first one; raises UnreadableFile, UnknownLayer.

    The first row that is not blank names the columns.
    """
    try:
        _check_unpacked_size(path)
        with _Workbook(path) as workbook:
            name = _choose_worksheet(path, workbook.worksheet_names, worksheet_name)
            header = next(workbook.rows(name), None)
    except _READ_ERRORS as error:
        raise _unreadable(path, error) from error
    if header is None:
        raise UnreadableFile(
            f"{path.name} has no header.", hint="Name the columns in its first row."
        )
    names = [_to_text(cell) or "" for cell in header]
    while names and not names[-1]:
        names.pop()

    def batches() -> Iterator[RawBatch]:
        return _read_batches(path, name, names)

    return RecordStream(path.name, tuple(names), batches, has_geometry=False)


class _Workbook:
    """A workbook opened for reading, row by row."""

    def __init__(self, path: Path) -> None:
        with captured_warnings.capture_warnings():  # about Excel features without data
            self._workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        self.worksheet_names = [worksheet.title for worksheet in self._workbook.worksheets]

    def __enter__(self) -> "_Workbook":
        return self

    def __exit__(self, *_: object) -> None:
        self._workbook.close()

    def rows(self, worksheet_name: str) -> Iterator[tuple[Any, ...]]:
        """Yield every row from the first one that is not blank."""
        worksheet = self._workbook[worksheet_name]
        worksheet.reset_dimensions()
        started = False
        for row in worksheet.iter_rows(values_only=True):
            started = started or any(map(_has_value, row))
            if started:
                yield row


def _check_unpacked_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            f"{path.name} unpacks to {size / 1e9:.1f} GB.", hint="Save it as CSV instead."
        )


def _choose_worksheet(path: Path, names: list[str], requested: str | None) -> str:
    if requested is not None and requested not in names:
        raise UnknownLayer(
            f"{path.name} has no sheet {requested!r}.", hint=f"It has: {', '.join(names)}."
        )
    return requested or names[0]


def _unreadable(path: Path, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} cannot be read as a workbook: {str(error)[:300]}",
        hint="Check that it is complete, or save it as CSV.",
    )


def _read_batches(path: Path, worksheet_name: str, names: list[str]) -> Iterator[RawBatch]:
    try:
        with _Workbook(path) as workbook:
            numbered = enumerate(islice(workbook.rows(worksheet_name), 1, None), start=1)
            not_blank = ((number, row) for number, row in numbered if any(map(_has_value, row)))
            while rows := list(islice(not_blank, BATCH_ROWS)):
                yield _to_batch(path.name, rows, names)
    except _READ_ERRORS as error:
        raise _unreadable(path, error) from error


def _to_batch(
    file_name: str, rows: list[tuple[int, tuple[Any, ...]]], names: list[str]
) -> RawBatch:
    ragged = [number for number, row in rows if any(map(_has_value, row[len(names) :]))]
    errors = [
        RowError(
            file_name,
            number,
            "ragged_row",
            f"it has values to the right of the {len(names)} columns of the header",
            "Name their columns in the header, or clear them.",
        )
        for number in ragged
    ]
    columns = [
        pa.array([_to_text(row[i]) if i < len(row) else None for _, row in rows], pa.string())
        for i in range(len(names))
    ]
    row_numbers = np.array([number for number, _ in rows], dtype=np.int64)
    return RawBatch(row_numbers, pa.record_batch(columns, names=names), None, tuple(errors))


def _has_value(cell: Any) -> bool:
    return cell is not None


def _to_text(cell: Any) -> str | None:
    """Return a cell as text: whole numbers without `.0`, dates and times in ISO 8601."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
