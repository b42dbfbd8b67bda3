"""Issues on the ground: filing one under its grid, and asking about them."""

import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo import areas, grids
from geo.errors import Conflict, NotFound
from geo.features import Features
from geo.models import Issue, IssueStatus


class IssueUnknown(NotFound):
    """No issue has this reference."""

    code = "issue_unknown"


class IssueKnown(Conflict):
    """An issue with this reference was filed before."""

    code = "issue_known"


def facts(
    *,
    at: datetime.datetime,
    area_code: str | None = None,
    category: str | None = None,
    status: IssueStatus | None = None,
    box: tuple[float, float, float, float] | None = None,
    ref: str | None = None,
) -> Features:
    """Return issues with the grid each was filed under and the grid its place is in at a moment."""
    statement = select(
        Issue.ref,
        Issue.category,
        Issue.description,
        Issue.reported_at,
        Issue.status,
        Issue.channel,
        Issue.grid_code,
        grids.covering(Issue.geom, at).label("current_grid_code"),
        Issue.geom,
    )
    if ref is not None:
        statement = statement.where(Issue.ref == ref)
    if area_code is not None:
        statement = statement.where(areas.within(Issue.grid_code, area_code))
    if category is not None:
        statement = statement.where(Issue.category == category)
    if status is not None:
        statement = statement.where(Issue.status == status)
    if box is not None:
        statement = statement.where(
            func.ST_Intersects(Issue.geom, func.ST_MakeEnvelope(*box, 4326))
        )
    return Features(statement, key="ref")


def get(session: Session, ref: str) -> Issue:
    """Return the issue with this reference. Raises IssueUnknown."""
    issue = session.get(Issue, ref)
    if issue is None:
        raise IssueUnknown(f"There is no issue {ref!r}.")
    return issue


def file(session: Session, lon: float, lat: float, facts: dict[str, Any]) -> Issue:
    """File an issue at a place, under the grid in force as it was reported.

    `facts` are the columns of Issue but for its place and grid. Raises IssueKnown.
    """
    if session.get(Issue, facts["ref"]) is not None:
        raise IssueKnown(
            f"An issue {facts['ref']!r} was filed before.", hint="Choose another reference."
        )
    [grid_code] = grids.locate(session, [lon], [lat], facts["reported_at"])
    place = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    issue = Issue(**facts, geom=place, grid_code=grid_code)
    session.add(issue)
    session.flush()
    return issue
