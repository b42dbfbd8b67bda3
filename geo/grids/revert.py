"""Going back: the inverse of a revision, published as another one."""

import datetime
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo import areas, city_time
from geo.errors import Conflict
from geo.geometry import topology
from geo.grids import revisions
from geo.grids.revisions import Delta, Outline
from geo.models import MicroGrid, Revision

_ONE_INSTANT = datetime.timedelta(microseconds=1)


class ChangedSince(Conflict):
    """A later revision changed the same grids, so that this one cannot be taken back alone."""

    code = "changed_since"


class NoLongerFits(Conflict):
    """The grids as they were do not tile their community as it is now."""

    code = "no_longer_fits"


class LeavesNoGrids(Conflict):
    """A community would have no grids any more, and the caller did not say that this is meant."""

    code = "leaves_no_grids"


def revert(
    session: Session,
    number: int,
    *,
    author: str,
    title: str | None = None,
    leave_empty: bool = False,
) -> Revision:
    """Publish the inverse of a revision: every grid that it changed is as it was before.

    Grids that it brought are retired, those that it retired are back under their own codes. One
    that is not in force yet is taken back an instant after it comes into force. Raises
    RevisionUnknown, ChangedSince where a later revision changed one of these grids, NoLongerFits
    where the outline of a community did, and LeavesNoGrids where a community would be left without
    any grid, as by taking back the first import, unless `leave_empty` says that this is meant.
    """
    effective_at = revisions.get(session, number).effective_at
    touched = revisions.touched(session, number)
    revisions.lock(session, touched)
    before = _outlines(session, number, ended=True)
    after = _outlines(session, number, ended=False)
    _require_unchanged(session, number, before.keys() | after.keys())
    result = _result(session, touched, before, after)
    if not leave_empty:
        _require_some(number, result)
    _require_tiling(session, result)
    deltas = [
        ~Delta(code, before.get(code), after.get(code))
        for code in sorted(before.keys() | after.keys())
    ]
    return revisions.publish(
        session,
        deltas,
        title=title or f"Revision {number} taken back",
        author=author,
        effective_at=effective_at + _ONE_INSTANT if effective_at > city_time.now() else None,
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


def _result(
    session: Session,
    communities: Sequence[str],
    before: Mapping[str, Outline],
    after: Mapping[str, Outline],
) -> dict[str, list[Outline]]:
    """Return the grids that communities would have: those of before, and those left alone."""
    in_force = revisions.in_force_now(session, communities)
    result = {code: grid for code, grid in in_force.items() if code not in after} | dict(before)
    found: dict[str, list[Outline]] = {community: [] for community in communities}
    for grid in result.values():
        found[grid.community_code].append(grid)
    return found


def _require_some(number: int, result: Mapping[str, Sequence[Outline]]) -> None:
    empty = [community for community, grids in result.items() if not grids]
    if empty:
        raise LeavesNoGrids(
            f"Taking revision {number} back would leave {len(empty)} of {len(result)} communities "
            f"that it changed without any grid, {empty[0]} first; nothing there could be looked "
            "up any more.",
            hint="Redraw or import the grids anew instead; if to have none is meant, say "
            "leave_empty, or --leave-empty.",
        )


def _require_tiling(session: Session, result: Mapping[str, Sequence[Outline]]) -> None:
    """Raise NoLongerFits unless the grids tile each community that has any."""
    outlines = areas.outlines(session, list(result))
    for community, grids in result.items():
        geoms = np.asarray(shapely.from_wkb([grid.wkb for grid in grids]), dtype=object)
        flaws = topology.flaws(geoms, outlines.get(community)) if len(geoms) else []
        if flaws:
            raise NoLongerFits(
                f"Community {community} would have {flaws[0].area_m2:,.1f} m² in no grid, in two, "
                f"or outside, at {flaws[0].lon:.7f},{flaws[0].lat:.7f}.",
                hint="Its outline has changed since: export the grids as they were, mend, import.",
            )
