"""The types of input values: what each accepts and rejects."""

import datetime
import string
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from geo.input_types import Code, Date, Name, Paragraphs, Ref, SingleLine, Timestamp

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
"""Texts with control characters and lone surrogates too."""


def accepts(type_: Any, value: object) -> bool:
    try:
        TypeAdapter(type_).validate_python(value)
    except ValidationError:
        return False
    return True


@given(ANY_TEXT)
def test_a_single_line_has_no_control_characters_and_can_be_encoded(text):
    categories = {unicodedata.category(char) for char in text}
    is_plain = not categories & {"Cc", "Cs", "Zl", "Zp"} and not set(text) & {"\ufffe", "\uffff"}
    assert accepts(SingleLine, text) == is_plain
    assert accepts(Code, text) == (is_plain and 0 < len(text) <= 64)
    assert not accepts(Ref, text) or (is_plain and text == text.strip())
    assert not accepts(Paragraphs, text) or text.encode()


@pytest.mark.parametrize("type_", [Code, Name, Ref])
@pytest.mark.parametrize(
    "text", ["", "a\0", "\ud800", "x" * 100_000, "\x7f", "a\u2028x", 1, None, ["a"]]
)
def test_no_short_text_is_empty_long_or_unprintable(type_, text):
    assert not accepts(type_, text)
    assert accepts(type_, "工单-1 /?#'")


def test_paragraphs_have_line_breaks_and_names_are_trimmed():
    assert TypeAdapter(Paragraphs).validate_python(" a\r\n\tb\n") == "a\r\n\tb"
    assert TypeAdapter(Name).validate_python(" 为民 4 ") == "为民 4"


@given(st.datetimes(timezones=st.timezones()) | st.dates() | st.integers() | st.floats())
def test_only_iso_8601_with_a_zone_is_a_timestamp(value):
    is_timestamp = isinstance(value, datetime.datetime)
    assert accepts(Timestamp, value) == is_timestamp
    text = value.isoformat() if isinstance(value, datetime.date) else str(value)
    has_minutes = is_timestamp and value.utcoffset().total_seconds() % 60 == 0
    assert accepts(Timestamp, text) == has_minutes
    assert accepts(Date, text) == (isinstance(value, datetime.date) and not is_timestamp)


@given(st.text(string.digits + "-:TZ+. ", max_size=25))
def test_what_pydantic_reads_as_seconds_is_no_timestamp_or_date(text):
    assert not accepts(Timestamp, text) or text[10] in "T "
    assert not accepts(Date, text) or text == datetime.date.fromisoformat(text).isoformat()
