"""Write a table of any length as an Excel workbook, in constant memory."""

import datetime
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count, islice
from types import MappingProxyType
from typing import IO, Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from data.exporting.table import Cell, CellFormat, Table
from data.exporting.writer import UNDATED
from data.formulas import is_formula

MAX_ROWS: Final = 1_048_576
"""Rows of a worksheet, by the format of the file; more rows go on another worksheet."""
MAX_TEXT: Final = 32_767
"""Characters of a cell, by the format of the file."""
FIRST_YEAR: Final = 1900
"""The first year that a cell can contain as a date; an earlier date is a text."""
HEADER_ROW: Final = 1
_MAX_NAME: Final = 31
_MIN_WIDTH, _MAX_WIDTH = 8, 42
_NUMBER_FORMATS: Mapping[CellFormat, str] = MappingProxyType(
    {
        CellFormat.NUMBER: "0",
        CellFormat.COUNT: "#,##0",
        CellFormat.PERCENT: "0.0%",
        CellFormat.DEGREES: "0.000000",
        CellFormat.DATE: "yyyy-mm-dd",
        CellFormat.TIMESTAMP: "yyyy-mm-dd hh:mm",
    }
)
_WIDTHS: Mapping[CellFormat, int] = MappingProxyType(
    {CellFormat.DEGREES: 11, CellFormat.DATE: 11, CellFormat.TIMESTAMP: 17}
)
"""Widths of columns whose values all have the same length."""


def write_workbook(table: Table, file: IO[bytes], *, max_rows: int = MAX_ROWS) -> int:
    """Write a table to a file, and return its number of rows.

    Row 1 is the title, row 2 the headers; the headers stay in view, and filter. A table of more
    rows than a worksheet can have continues on further worksheets, each with title and headers.
    """
    with tempfile.TemporaryDirectory(prefix="gridward-") as folder:
        options = {"constant_memory": True, "tmpdir": folder}
        with xlsxwriter.Workbook(file, options) as book:
            book.set_properties({"title": table.title, "created": UNDATED})
            return _write_worksheets(book, table, max_rows - HEADER_ROW - 1)


def _write_worksheets(book: xlsxwriter.Workbook, table: Table, rows_per_worksheet: int) -> int:
    formats = _Formats(book)
    rows = iter(table.rows)
    total = 0
    for number in count(1):
        first = next(rows, None)
        if first is None and number > 1:
            break
        suffix = f" {number}" if number > 1 else ""
        name = table.name[: _MAX_NAME - len(suffix)] + suffix
        writer = _WorksheetWriter(book.add_worksheet(name), table, formats)
        some: Iterator[Sequence[Cell]] = chain(() if first is None else (first,), rows)
        total += writer.write(islice(some, rows_per_worksheet))
    return total


class _Formats:
    """The formats of cells in one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14, "valign": "vcenter"})
        self.header = book.add_format(
            {"bold": True, "bg_color": "#E4EAEE", "bottom": 1, "valign": "vcenter"}
        )
        self.quoted = book.add_format({"quote_prefix": True})
        self.by_column: dict[CellFormat, Format | None] = {
            cell_format: book.add_format({"num_format": text})
            for cell_format, text in _NUMBER_FORMATS.items()
        }
        self.by_column[CellFormat.TEXT] = None


class _WorksheetWriter:
    """A worksheet; constant memory requires its cells row by row."""

    def __init__(self, worksheet: Worksheet, table: Table, formats: _Formats) -> None:
        self.worksheet = worksheet
        self.formats = formats
        self.column_formats = [formats.by_column[column.format] for column in table.columns]
        self.widths = [
            max(_WIDTHS.get(column.format, 0), text_width(column.header) + 3)
            for column in table.columns
        ]
        worksheet.set_row(0, 26)
        worksheet.write_string(0, 0, table.title[:MAX_TEXT], formats.title)
        worksheet.set_row(HEADER_ROW, 20)
        for position, column in enumerate(table.columns):
            worksheet.write_string(HEADER_ROW, position, column.header, formats.header)
        worksheet.freeze_panes(HEADER_ROW + 1, 1)
        worksheet.repeat_rows(0, HEADER_ROW)
        worksheet.set_landscape()
        worksheet.set_paper(9)  # A4
        worksheet.fit_to_pages(1, 0)
        worksheet.set_footer("&C&P / &N")

    def write(self, rows: Iterator[Sequence[Cell]]) -> int:
        """Write all rows, then what depends on them; return their number."""
        number = HEADER_ROW
        for number, row in enumerate(rows, HEADER_ROW + 1):
            for position, cell in enumerate(row):
                if cell is not None:
                    self._write_cell(number, position, cell)
        last = len(self.widths) - 1
        self.worksheet.autofilter(HEADER_ROW, 0, number, last)
        # Codes of digits are texts; without this, Excel marks each as an error.
        self.worksheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, number, last)})
        for position, width in enumerate(self.widths):
            self.worksheet.set_column(position, position, min(max(width, _MIN_WIDTH), _MAX_WIDTH))
        return number - HEADER_ROW

    def _write_cell(self, row: int, position: int, cell: Cell) -> None:
        cell_format: Any = self.column_formats[position]
        if isinstance(cell, datetime.date):
            if cell.year >= FIRST_YEAR:
                self.worksheet.write_datetime(row, position, cell, cell_format)
                return
            cell = cell.isoformat()
        if not isinstance(cell, str):
            self.worksheet.write_number(row, position, cell, cell_format)
            return
        if len(cell) > MAX_TEXT:
            cell = f"{cell[: MAX_TEXT - 1]}…"
        width = self.widths[position]
        if width < _MAX_WIDTH:
            self.widths[position] = max(width, text_width(cell) + 2)
        # The quote prefix keeps a text that looks like a formula a text when it is edited.
        as_text: Any = self.formats.quoted if is_formula(cell) else None
        self.worksheet.write_string(row, position, cell, as_text)


def text_width(text: str) -> int:
    """Return the width of a text in digits: a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
