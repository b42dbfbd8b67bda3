"""Texts that a spreadsheet would run as a formula, quoted in CSV with an apostrophe.

Names, addresses and descriptions come from people; a spreadsheet that opens a CSV runs each cell
that begins like a formula. Quoting and unquoting are inverse, so an export can be imported again.
"""

import re

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_SIGNS = "=+\\-@\t\r＝＋－＠"
"""The first characters of formulas; spreadsheets accept the full-width ones too."""
_FORMULA = re.compile(
    rf"'+[{_SIGNS}]"  # quoted already: quoted once more, so that unquoting restores it
    rf"|[=@\t\r＝＠]"
    rf"|[+\-＋－](?![0-9]*[.,]?[0-9]+(?:[eE][+-]?[0-9]+)?\Z)"  # a signed number is no formula
)
_QUOTED = f"^'('*[{_SIGNS}])"


def is_formula(value: object) -> bool:
    """Return whether a value is a text that has to be quoted."""
    return isinstance(value, str) and _FORMULA.match(value) is not None


def quote_formula(value: object) -> object:
    """Return a value; a text that a spreadsheet would run begins with an apostrophe."""
    return f"'{value}" if is_formula(value) else value


def quote_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with all its texts quoted where necessary; other columns are unchanged."""
    texts = {
        name: table[name].map(quote_formula, na_action="ignore")
        for name in table.columns
        if pd.api.types.is_string_dtype(table[name]) or table[name].dtype == object
    }
    return table.assign(**texts)


def unquote_formulas(texts: pa.Array) -> pa.Array:
    """Return texts without the apostrophe that `quote_formulas` added."""
    if not pc.any(pc.starts_with(texts, "'")).as_py():
        return texts
    return pc.replace_substring_regex(texts, _QUOTED, r"\1")
