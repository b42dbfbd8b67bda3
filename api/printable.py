"""Texts of error responses, which may quote any input."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

MAX_LENGTH = 2000
"""The most characters of one text of a problem document."""
MAX_ERRORS = 20
"""The most errors that one problem document lists."""


def input_errors(errors: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield the location and message of the first errors of pydantic."""
    for each in errors[:MAX_ERRORS]:
        yield ".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, ")


def printable(text: str) -> str:
    """Return a text that every client can read, although it may quote any input.

    Control characters and lone surrogates are escaped as in Python; a long text is cut.
    """
    escaped = "".join(char if char.isprintable() else _escape(char) for char in text)
    return escaped if len(escaped) <= MAX_LENGTH else f"{escaped[:MAX_LENGTH]}…"


def _escape(char: str) -> str:
    is_space = char in "\n\t" or unicodedata.category(char) == "Zs"
    return char if is_space else char.encode("unicode_escape").decode()
