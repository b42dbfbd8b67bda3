"""`gridward plan limits`: the recommended sizes of grids, by area."""

from collections.abc import Mapping
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.cli import sessions
from api.cli.options import CODE
from geo.accounts import audit
from geo.models import SizeLimit
from geo.plans import limits
from geo.plans.core.rules import CountRange, Limits
from geo.settings import Settings

MAX_INTEGER = 2**31 - 1
RangeOption = Annotated[
    str | None, typer.Option(help="Minimum and maximum: 3:5, 3: or :5; : removes the limit.")
]


def show_limits(
    area: Annotated[str | None, typer.Argument(callback=CODE, help="The code of an area.")] = None,
    buildings: RangeOption = None,
    households: RangeOption = None,
) -> None:
    """Show the recommended sizes of grids, or set them for an area."""
    options = {"buildings": _parse_range(buildings), "households": _parse_range(households)}
    ranges = {name: value for name, value in options.items() if value is not None}
    if ranges and area is None:
        raise typer.BadParameter("State the area of these limits.")
    with sessions.open_session(Settings()) as session:
        if area is not None and ranges:
            _set_limits(session, area, ranges)
        for row in limits.list_limits(session):
            if area is None or row.area_code.startswith(area) or area.startswith(row.area_code):
                print(_format_row(row))


def _set_limits(session: Session, area: str, ranges: Mapping[str, CountRange]) -> None:
    """Set some limits of an area; the others are not changed."""
    row = session.get(SizeLimit, area)
    current = vars(limits.NO_LIMITS if row is None else _to_limits(row))
    updated = Limits(**{**current, **ranges})
    limits.set_limits(session, area, updated)
    detail = {
        f"{end}_{name}": bound
        for name, bounds in vars(updated).items()
        for end, bound in zip(("least", "most"), bounds, strict=True)
    }
    audit.write(session, sessions.current_actor(), "limits.put", f"area {area}", **detail)


def _to_limits(row: SizeLimit) -> Limits:
    return Limits(
        (row.least_buildings, row.most_buildings), (row.least_households, row.most_households)
    )


def _format_row(row: SizeLimit) -> str:
    ranges = (
        f"{name} {_format_bound(least)}:{_format_bound(most)}"
        for name, (least, most) in vars(_to_limits(row)).items()
    )
    return f"{row.area_code:<16}  {'  '.join(ranges)}"


def _format_bound(value: int | None) -> str:
    return "" if value is None else str(value)


def _parse_range(text: str | None) -> CountRange | None:
    if text is None:
        return None
    least, colon, most = text.partition(":")
    if not colon or not all(end.isdecimal() or end == "" for end in (least, most)):
        raise typer.BadParameter(f"{text!r} is not a range; use 3:5, 3:, :5, or : for no limit.")
    if any(int(end or 0) > MAX_INTEGER for end in (least, most)):
        raise typer.BadParameter(f"{text!r} exceeds the maximum of {MAX_INTEGER}.")
    return (int(least) if least else None, int(most) if most else None)
