"""Types of values from outside that pydantic validates: texts, codes, dates, timestamps, positions.

HTTP parameters and bodies, and the steps of plans, declare these types, so that each rule is
written once. Pydantic itself rejects lone surrogates, which no encoding can represent.
"""

import datetime
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
)

MAX_CODE_LENGTH = 64
MAX_LINE_LENGTH = 200
MAX_TEXT_LENGTH = 10_000

# C0 and C1 control characters, line and paragraph separators, lone surrogates, and non-characters
# of XML.
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff"
# The same for JSON Schema, where lone surrogates cannot occur.
_FORBIDDEN = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff"
_FORBIDDEN_EXCEPT_LINES = _FORBIDDEN.replace(
    r"\u0000-\u001f", r"\u0000-\u0008\u000b\u000c\u000e-\u001f"
)
SINGLE_LINE_PATTERN = f"^[^{_FORBIDDEN}]*$"
"""The regular expression of a text without control characters, for the OpenAPI document."""
_CONTROL_CHARACTER = re.compile(f"[{_CONTROL}]")
_CONTROL_EXCEPT_LINES = re.compile(r"(?![\t\n\r])" + f"[{_CONTROL}]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
_TIMESTAMP = re.compile(rf"{_DATE.pattern}[Tt ]{_TIME}([Zz]|[+-][0-9]{{2}}(:?[0-9]{{2}})?)")


def _require(text: str, control_character: re.Pattern[str]) -> str:
    match = control_character.search(text)
    if match is not None:
        code_point = f"U+{ord(match[0]):04X}"
        raise ValueError(
            f"should have no control characters: character {match.start() + 1} is {code_point}"
        )
    return text


def require_single_line(text: str) -> str:
    """Return a text of one line. Raises ValueError, naming the first control character."""
    return _require(text, _CONTROL_CHARACTER)


def require_lines(text: str) -> str:
    """Return a text that may have tabs and line breaks, but no other control characters."""
    return _require(text, _CONTROL_EXCEPT_LINES)


def _require_trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError("should have no spaces at its ends")
    return text


def _require_addressable(text: str) -> str:
    """Reject what HTTP clients resolve as a relative path, and the name of a fixed route."""
    if text in (".", "..", "counts"):
        raise ValueError(f"should not be {text!r}, which has another meaning in a URL")
    return text


@dataclass(frozen=True)
class DocumentedPattern:
    """A regular expression for the OpenAPI document; a validator with a clear message checks it."""

    pattern: str

    def __get_pydantic_json_schema__(
        self, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(core_schema) | {"pattern": self.pattern}


SingleLine = Annotated[
    str, AfterValidator(require_single_line), DocumentedPattern(SINGLE_LINE_PATTERN)
]
"""A text without control characters, of any length."""
Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_CODE_LENGTH),
    AfterValidator(require_single_line),
    DocumentedPattern(SINGLE_LINE_PATTERN),
]
"""The code of an area, building, grid or manager; whether it exists is for the database to say."""
Ref = Annotated[
    Code,
    AfterValidator(_require_trimmed),
    AfterValidator(_require_addressable),
    DocumentedPattern(
        rf"^(?!(\.|\.\.|counts)$)[^\s{_FORBIDDEN}]([^{_FORBIDDEN}]*[^\s{_FORBIDDEN}])?$"
    ),
]
"""The reference of a new issue; any script, as other systems assign it."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LINE_LENGTH),
    AfterValidator(require_single_line),
    DocumentedPattern(rf"^[^{_FORBIDDEN}]*[^\s{_FORBIDDEN}][^{_FORBIDDEN}]*$"),
]
"""A name or title, without spaces at its ends."""
Paragraphs = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT_LENGTH),
    AfterValidator(require_lines),
    DocumentedPattern(
        rf"^[^{_FORBIDDEN_EXCEPT_LINES}]*[^\s{_FORBIDDEN}][^{_FORBIDDEN_EXCEPT_LINES}]*$"
    ),
]
"""A comment or description of one or more lines."""


def _require_date(value: object) -> object:
    """Reject what pydantic would read as seconds since 1970."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        return value
    raise ValueError("should be a date such as 2026-01-31")


def _require_timestamp(value: object) -> object:
    """Reject what pydantic would read as seconds since 1970."""
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str) and _TIMESTAMP.fullmatch(value):
        return value
    raise ValueError(
        "should be a timestamp with its time zone, such as 2026-01-31T08:00:00+08:00 "
        "(in a URL, + is written %2B)"
    )


Date = Annotated[datetime.date, BeforeValidator(_require_date)]
"""A date in ISO 8601."""
Timestamp = Annotated[AwareDatetime, BeforeValidator(_require_timestamp)]
"""A timestamp in ISO 8601 with its time zone."""
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
