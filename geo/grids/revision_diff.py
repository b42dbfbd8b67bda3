"""Comparing the micro-grids of two revisions or two moments, in either direction."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from geo import areas
from geo.geometry import topology
from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion
from geo.models import MicroGrid, Revision

RevisionOrTime = int | datetime.datetime
"""The number of a revision, 0 before the first, or a moment."""


@dataclass(frozen=True)
class DiffPage:
    """A page of the grids that differ, by code, and the cursor of the next page."""

    deltas: Sequence[Delta]
    next: str | None


def diff(
    session: Session,
    before: RevisionOrTime,
    after: RevisionOrTime,
    *,
    area_code: str | None = None,
    limit: int,
    cursor: str | None = None,
) -> DiffPage:
    """Return what changed between two revisions or moments; reads only what changed.

    Two revisions are compared by their numbers, a revision and a moment by time. At most `limit`
    grids after the code `cursor` are compared. Raises RevisionUnknown.
    """
    before, after = _same_type(session, before, after)
    statement = _changed_codes(before, after)
    if area_code is not None:
        statement = statement.where(areas.within(MicroGrid.code, area_code))
    if cursor is not None:
        statement = statement.where(MicroGrid.code > cursor)
    statement = statement.distinct().order_by(MicroGrid.code).limit(limit + 1)
    rows = session.scalars(statement).all()
    codes = rows[:limit]
    old, new = (
        revisions.load_grids(session, MicroGrid.code.in_(codes) & in_force_in(side))
        for side in (before, after)
    )
    deltas = [
        Delta(code, old.get(code), new.get(code))
        for code in codes
        if old.get(code) != new.get(code)
    ]
    return DiffPage(deltas, codes[-1] if len(rows) > limit else None)


def _same_type(
    session: Session, before: RevisionOrTime, after: RevisionOrTime
) -> tuple[RevisionOrTime, RevisionOrTime]:
    """Return both as numbers if both are, else both as moments."""
    times = [_effective_at(session, side) for side in (before, after)]
    if isinstance(before, int) and isinstance(after, int):
        return before, after
    return times[0], times[1]


def _effective_at(session: Session, side: RevisionOrTime) -> datetime.datetime:
    if isinstance(side, datetime.datetime):
        return side
    if side == 0:
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)
    return revisions.get(session, side).effective_at


def _changed_codes(before: RevisionOrTime, after: RevisionOrTime) -> Select[str]:
    """Select the codes of the grids that the revisions between two began or ended."""
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


def in_force_in(version: RevisionOrTime) -> ColumnElement[bool]:
    """Return the condition that a grid is in force after a revision, or at a moment."""
    if isinstance(version, datetime.datetime):
        return MicroGrid.in_force.contains(version)
    not_yet_ended = or_(MicroGrid.ended_in.is_(None), MicroGrid.ended_in > version)
    return (MicroGrid.begun_in <= version) & not_yet_ended


def changed_area_m2(delta: Delta) -> float:
    """Return the area that a grid gained and lost: 0 where only its name or a vertex changed."""
    old, new = (_geometry(side) for side in (delta.old, delta.new))
    changed = topology.area_m2(shapely.symmetric_difference(old, new))
    return changed if changed > topology.AREA_TOLERANCE_M2 else 0.0


def _geometry(grid: GridVersion | None) -> shapely.Geometry:
    return shapely.Polygon() if grid is None else shapely.from_wkb(grid.wkb)
