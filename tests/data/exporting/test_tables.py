"""Tables as workbooks and CSV: any length in constant memory, several worksheets, exact texts."""

import csv
import datetime
import io
import tracemalloc

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exporting.table import CellFormat, Table, TableColumn
from data.exporting.text_files import write_csv
from data.exporting.workbook import MAX_TEXT, text_width, write_workbook
from data.formulas import is_formula

COLUMNS = [
    TableColumn("code"),
    TableColumn("count", CellFormat.COUNT),
    TableColumn("on", CellFormat.DATE),
]


def table(rows, columns=COLUMNS):
    return Table("subject", "title", columns, rows)


def worksheets(rows, columns=COLUMNS, **options):
    buffer = io.BytesIO()
    write_workbook(table(rows, columns), buffer, **options)
    return list(openpyxl.load_workbook(buffer))


def test_rows_beyond_a_worksheet_continue_on_the_next_one():
    rows = [(f"c{n}", n, None) for n in range(25)]
    parts = worksheets(iter(rows), max_rows=12)
    assert [part.title for part in parts] == ["subject", "subject 2", "subject 3"]
    read = [list(part.iter_rows(values_only=True)) for part in parts]
    assert [rows_read[:2] for rows_read in read] == [
        [("title", None, None), ("code", "count", "on")]
    ] * 3
    assert [row for rows_read in read for row in rows_read[2:]] == rows
    assert [part.auto_filter.ref for part in parts] == ["A2:C12", "A2:C12", "A2:C7"]
    assert len(worksheets(iter(rows[:20]), max_rows=12)) == 2


@pytest.mark.parametrize("write", [write_workbook, write_csv])
def test_memory_does_not_grow_with_the_number_of_rows(write):
    def peak(count):
        day = datetime.date(2025, 1, 1)
        rows = ((f"code {n}", n, day) for n in range(count))
        with io.FileIO("/dev/null", "w") if write is write_csv else io.BytesIO() as sink:
            tracemalloc.start()
            write(table(rows), sink)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return most - (len(sink.getvalue()) if isinstance(sink, io.BytesIO) else 0)

    peak(10)  # imports
    assert peak(20_000) < 2 * peak(1000) + 500_000


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8))
def test_a_text_is_the_same_in_a_workbook_and_never_a_formula(text):
    [worksheet] = worksheets([(text, None, None)])
    cell = worksheet["A3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", is_formula(text))


@given(st.text("'=+-@＝1,\"\r\n\ta中", min_size=1, max_size=8))
def test_a_text_in_csv_is_whole_and_never_a_formula(text):
    buffer = io.BytesIO()
    write_csv(table([(text, -1, None)]), buffer)
    [_, [first, second, third]] = csv.reader(
        io.StringIO(buffer.getvalue().decode("utf-8-sig"), newline="")
    )
    assert (first, second, third) == (f"'{text}" if is_formula(text) else text, "-1", "")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime.date(1900, 1, 1), datetime.datetime(1900, 1, 1)),
        (datetime.date(9999, 12, 31), datetime.datetime(9999, 12, 31)),
        (datetime.date(1899, 12, 31), "1899-12-31"),
        (datetime.datetime(2025, 6, 3, 8, 5), datetime.datetime(2025, 6, 3, 8, 5)),
    ],
)
def test_a_date_before_the_calendar_of_workbooks_is_a_text(day, expected):
    [worksheet] = worksheets([("a", 1, day)])
    assert worksheet["C3"].value == expected


def test_a_text_too_long_for_a_cell_ends_with_an_ellipsis():
    [worksheet] = worksheets([("a" * (MAX_TEXT + 1), 1, None)])
    assert worksheet["A3"].value == "a" * (MAX_TEXT - 1) + "…"


def test_columns_are_as_wide_as_their_texts_within_limits():
    [worksheet] = worksheets([("为民社区第一网格为民社区", 1, None)])
    assert text_width("为民a") == 5
    assert worksheet.column_dimensions["A"].width == pytest.approx(26, abs=1)
    [worksheet] = worksheets([("x" * 500, 1, None)])
    assert worksheet.column_dimensions["A"].width < 44
