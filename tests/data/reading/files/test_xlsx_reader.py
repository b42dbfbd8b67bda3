"""Excel sheets: typed cells, blank rows, several sheets, and invalid workbooks."""

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest

from data.errors import UnknownLayer, UnreadableFile
from data.reading.files import xlsx_reader
from data.reading.files.record_stream import RawBatch


@pytest.fixture
def book(tmp_path: Path):
    """A function that writes sheets of rows to a workbook and returns its path."""

    def write(**worksheets: list[list[object]]) -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for name, rows in worksheets.items():
            worksheet = workbook.create_sheet(name)
            for row in rows:
                worksheet.append(row)
        workbook.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return write


def rows(batches: list[RawBatch]) -> list[tuple[object, ...]]:
    return [
        row for batch in batches for row in zip(*batch.attributes.to_pydict().values(), strict=True)
    ]


def test_cells_of_every_type_become_text(book) -> None:
    path = book(
        a=[["n", "f", "d", "b", "t"], [230403001002, 0.5, dt.datetime(2024, 1, 2), True, " x "]]
    )
    (batch,) = xlsx_reader.open_xlsx(path, None).batches()
    assert rows([batch]) == [("230403001002", "0.5", "2024-01-02T00:00:00", "True", " x ")]


def test_blank_rows_are_skipped_but_numbered(book) -> None:
    """A title row may be blank before the header, and rows between."""
    path = book(a=[[None, None], ["code", "name"], ["1", "x"], [None, None], ["2", None]])
    (batch,) = xlsx_reader.open_xlsx(path, None).batches()
    assert rows([batch]) == [("1", "x"), ("2", None)]
    assert batch.row_numbers.tolist() == [1, 3]


def test_values_to_the_right_of_the_header_are_errors(book) -> None:
    (batch,) = xlsx_reader.open_xlsx(book(a=[["code"], ["1"], ["2", "stray"]]), None).batches()
    assert [(error.row, error.kind) for error in batch.errors] == [(2, "ragged_row")]


def test_the_first_sheet_is_read_unless_another_is_named(book) -> None:
    path = book(towns=[["code"], ["1"]], villages=[["code"], ["2"]])
    assert rows(list(xlsx_reader.open_xlsx(path, None).batches())) == [("1",)]
    assert rows(list(xlsx_reader.open_xlsx(path, "villages").batches())) == [("2",)]
    with pytest.raises(UnknownLayer, match="towns, villages"):
        xlsx_reader.open_xlsx(path, "cities")


def test_an_empty_sheet_is_an_error(book) -> None:
    with pytest.raises(UnreadableFile, match="header"):
        xlsx_reader.open_xlsx(book(a=[]), None)


def test_a_file_that_is_no_workbook_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text.xlsx").write_text("code,name\n")
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    for name in ("text.xlsx", "zip.xlsx"):
        with pytest.raises(UnreadableFile, match=name):
            xlsx_reader.open_xlsx(tmp_path / name, None)


def test_a_workbook_that_unpacks_to_more_than_a_gigabyte_is_an_error(
    book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test lowers the limit instead of writing a gigabyte."""
    monkeypatch.setattr(xlsx_reader, "MAX_UNPACKED_BYTES", 100)
    with pytest.raises(UnreadableFile, match="unpacks"):
        xlsx_reader.open_xlsx(book(a=[["code"]]), None)
