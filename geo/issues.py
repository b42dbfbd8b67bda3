"""Issues on the ground: filing one under its grid, and asking about them."""

import datetime
import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from geo import areas, city_time
from geo.accounts import permissions
from geo.accounts.permissions import NotSignedIn
from geo.errors import Conflict, NotFound
from geo.feature_query import Box, Features, in_box
from geo.grids import grids
from geo.models import Account, Issue, IssueStatus, Role

GIVEN = {"ref", "category", "description", "reported_at", "channel"}
"""What is told when an issue is filed, beside its place."""


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
    categories: Collection[str] = (),
    statuses: Collection[IssueStatus] = (),
    since: datetime.datetime | None = None,
    before: datetime.datetime | None = None,
    box: Box | None = None,
) -> Features:
    """Return issues with the grid each was filed under and the grid its place is in at a moment.

    Of any of some categories and statuses, where they are given, and of those reported from
    `since` on, and before `before`.
    """
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
    statement = statement.where(*_within(area_code, since, before))
    if categories:
        statement = statement.where(Issue.category.in_(categories))
    if statuses:
        statement = statement.where(Issue.status.in_(statuses))
    if box is not None:
        statement = statement.where(in_box(Issue.geom, box))
    return Features(statement, key="ref")


def counts(
    session: Session,
    *,
    area_code: str | None = None,
    since: datetime.datetime | None = None,
    before: datetime.datetime | None = None,
) -> list[dict[str, Any]]:
    """Return `{category, status, issues}`: how many issues there are of each.

    Of those reported from `since` on, and before `before`, where they are given.
    """
    number = func.count().label("issues")
    statement = select(Issue.category, Issue.status, number).group_by(Issue.category, Issue.status)
    asked = statement.where(*_within(area_code, since, before))
    ordered = asked.order_by(Issue.category, Issue.status)
    return [dict(row) for row in session.execute(ordered).mappings()]


def _within(
    area_code: str | None, since: datetime.datetime | None, before: datetime.datetime | None
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that an issue was filed in an area and reported in a period."""
    if area_code is not None:
        yield areas.within(Issue.grid_code, area_code)
    if since is not None:
        yield Issue.reported_at >= since
    if before is not None:
        yield Issue.reported_at < before


def get(session: Session, ref: str, *, at: datetime.datetime | None = None) -> dict[str, Any]:
    """Return one issue with its place, its grid as filed and its grid at a moment, now if None.

    Raises IssueUnknown.
    """
    every = facts(at=at or city_time.now()).statement.where(Issue.ref == ref).subquery()
    columns = [column for column in every.c if column.key != "geom"]
    spot = (func.ST_X(every.c.geom).label("lon"), func.ST_Y(every.c.geom).label("lat"))
    found = session.execute(select(*columns, *spot)).mappings().one_or_none()
    if found is None:
        raise IssueUnknown(f"There is no issue {ref!r}.")
    return dict(found)


def file(
    session: Session, lon: float, lat: float, grid_code: str | None, given: Mapping[str, Any]
) -> str:
    """File an issue at a place in WGS 84 under the grid that it is in on arrival.

    `given` holds columns of Issue among GIVEN; a missing `ref` is made up and a missing
    `reported_at` is now. Returns the reference. Raises IssueKnown.
    """
    ref = given.get("ref") or f"G{uuid.uuid4().hex[:12].upper()}"
    if session.get(Issue, ref) is not None:
        raise IssueKnown(f"An issue {ref!r} was filed before.", hint="Choose another reference.")
    reported_at = given.get("reported_at") or city_time.now()
    place = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    filed = {**given, "ref": ref, "reported_at": reported_at}
    session.add(Issue(**filed, geom=place, grid_code=grid_code))
    session.flush()
    return ref


def require_reporter(
    session: Session, account: Account | None, lon: float, lat: float, grid_code: str | None
) -> None:
    """Raise unless an account may file issues at a place: NotSignedIn, RoleMissing, OutOfReach.

    A place in no grid counts as in the lowest area that covers it.
    """
    if account is None:
        raise NotSignedIn(
            "Filing issues needs an account here.",
            hint="Send a token, or set GRIDWARD_OPEN_ISSUE_INTAKE=true to let anybody file them.",
        )
    permissions.require_role(account, Role.REPORTER)
    around = areas.covering(session, lon, lat) if grid_code is None else ()
    permissions.require_reach(account, [grid_code or (around[-1].code if around else "")])
