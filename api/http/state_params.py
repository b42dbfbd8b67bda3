"""Query parameters `from` and `to`: a revision number or a timestamp."""

import datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError, WithJsonSchema

from api.http.query_params import invalid_param
from geo.grids.revision_diff import RevisionOrTime
from geo.input_types import Timestamp

_TIMESTAMP: TypeAdapter[datetime.datetime] = TypeAdapter(Timestamp)


def _parse(name: str, text: str) -> RevisionOrTime:
    """Return a revision number or a timezone-aware timestamp."""
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    try:
        return _TIMESTAMP.validate_python(text)
    except ValidationError:
        message = "should be a revision number, or a timestamp with its time zone"
        raise invalid_param(name, message, text) from None


_REVISION_OR_TIME = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string", "pattern": "^[0-9]{1,9}$"},
            {"type": "string", "format": "date-time"},
        ]
    }
)
_EXAMPLES = ["1", "2026-01-01T00:00:00+08:00"]


async def _from(
    from_: Annotated[
        str,
        _REVISION_OR_TIME,
        Query(alias="from", description="A revision or timestamp.", examples=_EXAMPLES),
    ],
) -> RevisionOrTime:
    return _parse("from", from_)


async def _to(
    to: Annotated[
        str,
        _REVISION_OR_TIME,
        Query(description="A revision or timestamp.", examples=_EXAMPLES),
    ],
) -> RevisionOrTime:
    return _parse("to", to)


DiffFrom = Annotated[RevisionOrTime, Depends(_from)]
DiffTo = Annotated[RevisionOrTime, Depends(_to)]
