"""Texts from people are no formulas in CSV and XLSX, and are the same after export and import."""

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.exporting.writer import write_frame
from data.formulas import is_formula, quote_formula, unquote_formulas
from data.reading.files.csv_reader import open_csv
from data.reading.files.xlsx_reader import open_xlsx
from data.reading.notes import Notes

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "=cmd|' /C calc'!A0"]
TEXTS = [*FORMULAS, "'=1", "''+x", "'plain", "'-5", "-5", "+86 138", "为民小区", "a=b", "-"]
SIGNS = tuple("=+-@\t\r＝＋－＠")


@given(st.text("'=+-@＝1.5e \ta", min_size=1, max_size=8))
@example("'-5")
@example("-5\n")
def test_a_quoted_text_is_no_formula_and_is_restored(text):
    quoted = quote_formula(text)
    if quoted.startswith(SIGNS):
        assert float(quoted.replace(",", ".").translate(str.maketrans("＋－", "+-"))) is not None
    assert unquote_formulas(pa.array([quoted])).to_pylist() == [text]


@pytest.mark.parametrize("number", ["-71.5", "+8613800000000", "-1e-9", "-.5", "-1,5"])
def test_a_number_is_no_formula(number):
    assert not is_formula(number)


@pytest.fixture(params=["csv", "xlsx"])
def exported(request, tmp_path):
    """A file with TEXTS as names, and a number below zero."""
    path = tmp_path / f"names.{request.param}"
    write_frame(pd.DataFrame({"name": TEXTS, "x": -1.5}).convert_dtypes(), path)
    return path


def test_an_export_is_imported_with_the_same_texts(exported):
    stream = open_csv(exported, None, Notes()) if exported.suffix == ".csv" else None
    stream = stream or open_xlsx(exported, None)
    names = [name for batch in stream.batches() for name in batch.attributes["name"].to_pylist()]
    escapes = str.maketrans({} if exported.suffix == ".csv" else {"\r": "_x000D_"})
    assert names == [text.translate(escapes) for text in TEXTS]


def test_no_cell_of_a_csv_begins_like_a_formula(exported):
    if exported.suffix == ".csv":
        table = pd.read_csv(exported, dtype=str)
        assert not [text for text in table["name"] if is_formula(text) and text[0] != "'"]
        assert table["name"].tolist()[: len(FORMULAS)] == [f"'{text}" for text in FORMULAS]
        assert set(table["x"]) == {"-1.5"}


def test_a_workbook_has_texts_that_stay_texts_when_they_are_edited(exported):
    if exported.suffix == ".xlsx":
        rows = list(openpyxl.load_workbook(exported).active.iter_rows(min_row=2))
        assert [cells[0].data_type for cells in rows] == ["s"] * len(TEXTS)
        assert [cells[0].quotePrefix for cells in rows] == [is_formula(text) for text in TEXTS]
