"""Filing issues under their grids, and queries about issues."""

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
from geo.feature_query import BBox, FeatureQuery, intersects_bbox
from geo.grids import grids
from geo.models import Account, Issue, IssueStatus, Role

REPORT_FIELDS = {"ref", "category", "description", "reported_at", "channel"}
"""The columns that a new issue may state, beside its location."""


class IssueUnknown(NotFound):
    """No issue has this reference."""

    code = "issue_unknown"


class CategoryUnknown(NotFound):
    """No issue has this category."""

    code = "category_unknown"


class IssueExists(Conflict):
    """An issue with this reference exists."""

    code = "issue_exists"


def query(
    *,
    at: datetime.datetime,
    area_code: str | None = None,
    categories: Collection[str] = (),
    statuses: Collection[IssueStatus] = (),
    since: datetime.datetime | None = None,
    before: datetime.datetime | None = None,
    bbox: BBox | None = None,
) -> FeatureQuery:
    """Return issues with the grid each was filed under and the grid that covers it at `at`.

    Empty categories or statuses mean all of them. The period is half-open: `[since, before)`.
    """
    statement = select(
        Issue.ref,
        Issue.category,
        Issue.description,
        Issue.reported_at,
        Issue.status,
        Issue.channel,
        Issue.grid_code,
        grids.covering_grid_code(Issue.geom, at).label("current_grid_code"),
        Issue.geom,
    )
    statement = statement.where(*_filters(area_code, since, before))
    if categories:
        statement = statement.where(Issue.category.in_(categories))
    if statuses:
        statement = statement.where(Issue.status.in_(statuses))
    if bbox is not None:
        statement = statement.where(intersects_bbox(Issue.geom, bbox))
    return FeatureQuery(statement, key="ref")


def require_categories(session: Session, categories: Collection[str]) -> None:
    """Raise CategoryUnknown unless every category has an issue."""
    for category in categories:
        matching = select(Issue.ref).where(Issue.category == category).limit(1)
        if session.scalar(matching) is None:
            raise CategoryUnknown(
                f"No issue has the category {category!r}.",
                hint="GET /v1/issues/counts lists the categories.",
            )


def count_by_category(
    session: Session,
    *,
    area_code: str | None = None,
    since: datetime.datetime | None = None,
    before: datetime.datetime | None = None,
) -> list[dict[str, Any]]:
    """Return rows `{category, status, issues}` with the number of issues.

    The period is half-open: `[since, before)`.
    """
    statement = (
        select(Issue.category, Issue.status, func.count().label("issues"))
        .where(*_filters(area_code, since, before))
        .group_by(Issue.category, Issue.status)
        .order_by(Issue.category, Issue.status)
    )
    return [dict(row) for row in session.execute(statement).mappings()]


def _filters(
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
    """Return one issue with its location, its grid as filed and its grid at `at` (default: now).

    Raises IssueUnknown.
    """
    issue = query(at=at or city_time.now()).statement.where(Issue.ref == ref).subquery()
    columns = [column for column in issue.c if column.key != "geom"]
    location = (func.ST_X(issue.c.geom).label("lon"), func.ST_Y(issue.c.geom).label("lat"))
    row = session.execute(select(*columns, *location)).mappings().one_or_none()
    if row is None:
        raise IssueUnknown(f"There is no issue {ref!r}.")
    return dict(row)


def file_issue(
    session: Session, lon: float, lat: float, grid_code: str | None, fields: Mapping[str, Any]
) -> str:
    """File an issue at a WGS 84 location under the grid that covers it now; return its reference.

    `fields` has columns of REPORT_FIELDS. A missing `ref` is generated, a missing `reported_at` is
    now. Raises IssueExists.
    """
    ref = fields.get("ref") or f"G{uuid.uuid4().hex[:12].upper()}"
    if session.get(Issue, ref) is not None:
        raise IssueExists(f"Issue {ref!r} exists already.", hint="Choose another reference.")
    reported_at = fields.get("reported_at") or city_time.now()
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    columns = {**fields, "ref": ref, "reported_at": reported_at}
    session.add(Issue(**columns, geom=point, grid_code=grid_code))
    session.flush()
    return ref


def require_reporter(
    session: Session, account: Account | None, lon: float, lat: float, grid_code: str | None
) -> None:
    """Raise unless an account may file issues at a location: NotSignedIn, RoleMissing, OutOfReach.

    A location in no grid belongs to the lowest area that covers it.
    """
    if account is None:
        raise NotSignedIn(
            "Filing issues requires an account here.",
            hint="Send a token, or set GRIDWARD_OPEN_ISSUE_INTAKE=true to let anyone file.",
        )
    permissions.require_role(account, Role.REPORTER)
    covering = areas.find_covering(session, lon, lat) if grid_code is None else ()
    permissions.require_reach(account, [grid_code or (covering[-1].code if covering else None)])
