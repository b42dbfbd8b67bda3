"""States of the grids as a query names them: by a revision's number, or by a moment."""

import datetime
from typing import Annotated

from fastapi import Depends, Query
from fastapi.exceptions import RequestValidationError

from geo.grids.revision_diff import State


def _state(name: str, text: str) -> State:
    """Read a revision's number or a moment with its zone."""
    if text.isdecimal() and len(text) < 10:
        return int(text)
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.datetime.min
    if moment.tzinfo is None:
        what = "should be the number of a revision, or a moment with its zone"
        raise RequestValidationError([{"loc": ("query", name), "msg": what, "input": text}])
    return moment


_STATES = ["1", "2026-01-01T00:00:00+08:00"]


async def _from(
    from_: Annotated[
        str, Query(alias="from", description="A revision or moment.", examples=_STATES)
    ],
) -> State:
    return _state("from", from_)


async def _to(
    to: Annotated[str, Query(description="A revision or moment.", examples=_STATES)],
) -> State:
    return _state("to", to)


StateFrom = Annotated[State, Depends(_from)]
StateTo = Annotated[State, Depends(_to)]
