"""Reverting a revision: its inverse is published as another revision."""

import datetime
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import areas, city_time
from geo.errors import Conflict
from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion
from geo.models import MicroGrid, Revision
from geo.quality import tiling

_ONE_INSTANT = datetime.timedelta(microseconds=1)


class ChangedSince(Conflict):
    """A later revision changed the same grids, so this one cannot be reverted alone."""

    code = "changed_since"


class NoLongerFits(Conflict):
    """The old grids do not tile their community as it is now."""

    code = "no_longer_fits"


class LeavesNoGrids(Conflict):
    """A community would have no grids any more, and the caller did not confirm that."""

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

    Grids that it added are retired; grids that it retired return under their own codes. A revision
    that is not in force yet is reverted an instant after it comes into force. Raises
    RevisionUnknown, ChangedSince where a later revision changed one of these grids, NoLongerFits
    where the outline of a community changed, and LeavesNoGrids where a community would be left
    without grids, as by reverting the first import, unless `leave_empty` confirms that.
    """
    effective_at = revisions.get(session, number).effective_at
    communities = revisions.touched_communities(session, number)
    revisions.lock_communities(session, communities)
    before = revisions.load_grids(session, MicroGrid.ended_in == number)
    after = revisions.load_grids(session, MicroGrid.begun_in == number)
    codes = sorted(before.keys() | after.keys())
    _require_unchanged(session, number, codes)
    reverted = _reverted_communities(session, communities, before, after)
    if not leave_empty:
        _require_grids(number, reverted)
    _require_tiling(session, reverted)
    return revisions.publish(
        session,
        [~Delta(code, before.get(code), after.get(code)) for code in codes],
        title=title or f"Revert of revision {number}",
        author=author,
        effective_at=effective_at + _ONE_INSTANT if effective_at > city_time.now() else None,
    )


def _require_unchanged(session: Session, number: int, codes: Collection[str]) -> None:
    """Raise ChangedSince if a later revision changed one of the grids."""
    later = (
        select(MicroGrid.code, Revision.number, Revision.title, Revision.author)
        .join(Revision, Revision.number.in_((MicroGrid.begun_in, MicroGrid.ended_in)))
        .where(MicroGrid.code.in_(codes), Revision.number > number)
        .order_by(Revision.number, MicroGrid.code)
        .limit(1)
    )
    row = session.execute(later).first()
    if row is not None:
        raise ChangedSince(
            f"Revision {row.number} ({row.title!r}, by {row.author}) changed grid {row.code} "
            "since.",
            hint=f"Revert revision {row.number} first, or import the grids as they were.",
        )


def _reverted_communities(
    session: Session,
    communities: Sequence[str],
    before: Mapping[str, GridVersion],
    after: Mapping[str, GridVersion],
) -> dict[str, list[GridVersion]]:
    """Return the grids that each community would have: unchanged ones and those of before."""
    current = revisions.current_grids(session, communities)
    reverted = {code: grid for code, grid in current.items() if code not in after} | dict(before)
    by_community: dict[str, list[GridVersion]] = {community: [] for community in communities}
    for grid in reverted.values():
        by_community[grid.community_code].append(grid)
    return by_community


def _require_grids(number: int, reverted: Mapping[str, Sequence[GridVersion]]) -> None:
    """Raise LeavesNoGrids if a community would have none."""
    empty = [community for community, grids in reverted.items() if not grids]
    if empty:
        raise LeavesNoGrids(
            f"Reverting revision {number} would leave {len(empty)} of {len(reverted)} communities "
            f"that it changed without any grid, {empty[0]} first; lookups there would find "
            "nothing.",
            hint="Redraw or import the grids anew instead; to confirm, set leave_empty, or "
            "--leave-empty.",
        )


def _require_tiling(session: Session, reverted: Mapping[str, Sequence[GridVersion]]) -> None:
    """Raise NoLongerFits unless the grids tile each community that has any."""
    outlines = areas.load_outlines(session, list(reverted))
    for community, grids in reverted.items():
        if not grids:
            continue
        geoms = np.asarray(shapely.from_wkb([grid.wkb for grid in grids]), dtype=object)
        defects = tiling.find_defects(geoms, outlines.get(community))
        if defects:
            first = defects[0].patch
            raise NoLongerFits(
                f"Community {community} would have {first.area_m2:,.1f} m² in no grid, in two, "
                f"or outside, at {first.lon:.7f},{first.lat:.7f}.",
                hint="Its outline has changed since: export the grids as they were, repair them, "
                "and import them.",
            )
