"""Going back: the inverse of a revision, published as another one."""

import datetime
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo import areas, moments, revisions, topology
from geo.errors import Conflict
from geo.models import MicroGrid, Revision
from geo.revisions import Delta, Outline

_ONE_INSTANT = datetime.timedelta(microseconds=1)


class ChangedSince(Conflict):
    """A later revision changed the same grids, so that this one cannot be taken back alone."""

    code = "changed_since"


class NoLongerFits(Conflict):
    """The grids as they were do not tile their community as it is now."""

    code = "no_longer_fits"


def revert(session: Session, number: int, *, author: str, title: str | None = None) -> Revision:
    """Publish the inverse of a revision: every grid that it changed is as it was before.

    Grids that it brought are retired, those that it retired are back under their own codes. One
    that is not in force yet is taken back an instant after it comes into force. Raises
    RevisionUnknown, ChangedSince where a later revision changed one of these grids, and
    NoLongerFits where the outline of a community did.
    """
    effective_at = revisions.get(session, number).effective_at
    touched = revisions.touched(session, number)
    revisions.lock(session, touched)
    before = _outlines(session, number, ended=True)
    after = _outlines(session, number, ended=False)
    _require_unchanged(session, number, before.keys() | after.keys())
    _require_tiling(session, touched, before, after)
    deltas = [
        ~Delta(code, before.get(code), after.get(code))
        for code in sorted(before.keys() | after.keys())
    ]
    return revisions.publish(
        session,
        deltas,
        title=title or f"Revision {number} taken back",
        author=author,
        effective_at=effective_at + _ONE_INSTANT if effective_at > moments.now() else None,
    )


def _outlines(session: Session, number: int, *, ended: bool) -> dict[str, Outline]:
    """Return the grids that a revision ended, or those that it began, by code."""
    wkb = func.ST_AsBinary(MicroGrid.geom).label("wkb")
    column = MicroGrid.ended_in if ended else MicroGrid.begun_in
    rows = session.execute(
        select(MicroGrid.code, MicroGrid.name, MicroGrid.community_code, wkb)
        .where(column == number)
        .order_by(MicroGrid.code)
    )
    return {row.code: Outline(row.name, row.community_code, bytes(row.wkb)) for row in rows}


def _require_unchanged(session: Session, number: int, codes: Collection[str]) -> None:
    later = (
        select(MicroGrid.code, Revision.number, Revision.title, Revision.author)
        .join(Revision, Revision.number.in_((MicroGrid.begun_in, MicroGrid.ended_in)))
        .where(MicroGrid.code.in_(codes), Revision.number > number)
        .order_by(Revision.number, MicroGrid.code)
        .limit(1)
    )
    found = session.execute(later).first()
    if found is not None:
        raise ChangedSince(
            f"Revision {found.number} ({found.title!r}, by {found.author}) changed grid "
            f"{found.code} since.",
            hint=f"Take revision {found.number} back first, or import the grids as they were.",
        )


def _require_tiling(
    session: Session,
    communities: Sequence[str],
    before: Mapping[str, Outline],
    after: Mapping[str, Outline],
) -> None:
    """Raise NoLongerFits unless the grids of before and those left alone tile each community."""
    in_force = revisions.in_force_now(session, communities)
    result = {code: grid for code, grid in in_force.items() if code not in after} | dict(before)
    outlines = areas.outlines(session, communities)
    for community in communities:
        own = [grid.wkb for grid in result.values() if grid.community_code == community]
        geoms = np.asarray(shapely.from_wkb(own), dtype=object)
        flaws = topology.flaws(geoms, outlines.get(community)) if len(geoms) else []
        if flaws:
            raise NoLongerFits(
                f"Community {community} would have {flaws[0].area_m2:,.1f} m² in no grid, in two, "
                f"or outside, at {flaws[0].lon:.7f},{flaws[0].lat:.7f}.",
                hint="Its outline has changed since: export the grids as they were, mend, import.",
            )
