"""What changed between two states of the micro-grids: revisions or moments, in either direction."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from geo import areas
from geo.geometry import topology
from geo.grids import revisions
from geo.grids.revisions import Delta, Outline
from geo.models import MicroGrid, Revision

State = int | datetime.datetime
"""The number of a revision, 0 before the first, or a moment."""


@dataclass(frozen=True)
class Changes:
    """The grids that differ, by code, and behind which code there is more."""

    deltas: Sequence[Delta]
    next: str | None


def between(
    session: Session,
    before: State,
    after: State,
    *,
    area_code: str | None = None,
    limit: int,
    cursor: str | None = None,
) -> Changes:
    """Return what changed from one state to another; its cost follows the change, not the city.

    Two revisions are compared by their numbers, a revision and a moment by their moments.
    At most `limit` grids behind `cursor` are looked at. Raises RevisionUnknown.
    """
    before, after = _alike(session, before, after)
    codes = _touched(before, after)
    if area_code is not None:
        codes = codes.where(areas.within(MicroGrid.code, area_code))
    if cursor is not None:
        codes = codes.where(MicroGrid.code > cursor)
    found = session.scalars(codes.distinct().order_by(MicroGrid.code).limit(limit + 1)).all()
    asked = found[:limit]
    old, new = _outlines(session, asked, before), _outlines(session, asked, after)
    deltas = [
        Delta(code, old.get(code), new.get(code))
        for code in asked
        if old.get(code) != new.get(code)
    ]
    return Changes(deltas, asked[-1] if len(found) > limit else None)


def _alike(session: Session, before: State, after: State) -> tuple[State, State]:
    """Return both as numbers if both are, else both as moments."""
    moments = {state: _effective(session, state) for state in (before, after)}
    if isinstance(before, int) and isinstance(after, int):
        return before, after
    return moments[before], moments[after]


def _effective(session: Session, state: State) -> datetime.datetime:
    if isinstance(state, datetime.datetime):
        return state
    if state == 0:
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)
    return revisions.get(session, state).effective_at


def _touched(before: State, after: State) -> Select[str]:
    """Return the codes of grids that a revision between two states began or ended."""
    if isinstance(before, int) and isinstance(after, int):
        low, high = sorted((before, after))
        began = MicroGrid.begun_in.between(low + 1, high)
        ended = MicroGrid.ended_in.between(low + 1, high)
        return select(MicroGrid.code).where(or_(began, ended))
    earlier, later = sorted((before, after))
    numbers = (
        select(Revision.number)
        .where(Revision.effective_at > earlier, Revision.effective_at <= later)
        .scalar_subquery()
    )
    return select(MicroGrid.code).where(
        or_(MicroGrid.begun_in.in_(numbers), MicroGrid.ended_in.in_(numbers))
    )


def standing(state: State) -> ColumnElement[bool]:
    """Return the condition that a grid's shape counts in a state."""
    if isinstance(state, datetime.datetime):
        return MicroGrid.in_force.contains(state)
    not_yet_ended = or_(MicroGrid.ended_in.is_(None), MicroGrid.ended_in > state)
    return (MicroGrid.begun_in <= state) & not_yet_ended


def _outlines(session: Session, codes: Sequence[str], state: State) -> dict[str, Outline]:
    wkb = func.ST_AsBinary(MicroGrid.geom).label("wkb")
    rows = session.execute(
        select(MicroGrid.code, MicroGrid.name, MicroGrid.community_code, wkb)
        .where(MicroGrid.code.in_(codes), standing(state))
        .order_by(MicroGrid.code)
    )
    return {row.code: Outline(row.name, row.community_code, bytes(row.wkb)) for row in rows}


def moved_m2(delta: Delta) -> float:
    """Return how much ground a grid won and lost: 0 where only a name or a corner changed."""
    old, new = (_shape(side) for side in (delta.old, delta.new))
    moved = topology.area_m2(shapely.symmetric_difference(old, new))
    return moved if moved > topology.NOTHING_M2 else 0.0


def _shape(side: Outline | None) -> shapely.Geometry:
    return shapely.Polygon() if side is None else shapely.from_wkb(side.wkb)
