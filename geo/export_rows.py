"""Rows of lists as people read them: names beside codes, and a location.

Each statement wraps the query of a list, so that it returns exactly the rows of that list.
"""

import datetime
from collections.abc import Generator
from typing import Any, Final

from sqlalchemy import Subquery, and_, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from geo.feature_query import FeatureQuery, Statement
from geo.models import MicroGrid

Row = dict[str, Any]
"""The values of a row by column."""

BATCH_ROWS: Final = 1000
"""Rows in memory at once."""


def buildings(query: FeatureQuery, at: datetime.datetime) -> Statement:
    """Return buildings with the name of their grid at a moment."""
    building = _fenced(query, "building_row")
    grid = aliased(MicroGrid, name="grid")
    return (
        _select(building, grid.name.label("grid_name"))
        .outerjoin(grid, and_(grid.code == building.c.grid_code, grid.in_force.contains(at)))
        .order_by(building.c.code)
    )


def issues(query: FeatureQuery, at: datetime.datetime) -> Statement:
    """Return issues with the names of the grid each was filed under and of its grid at a moment."""
    issue = _fenced(query, "issue_row")
    current = aliased(MicroGrid, name="current_grid")
    version = aliased(MicroGrid, name="version")
    filed = (
        select(version.name)
        .where(version.code == issue.c.grid_code)
        .order_by(version.in_force.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        _select(issue, filed.label("grid_name"), current.name.label("current_grid_name"))
        .outerjoin(
            current,
            and_(current.code == issue.c.current_grid_code, current.in_force.contains(at)),
        )
        .order_by(issue.c.ref)
    )


def features(query: FeatureQuery) -> Statement:
    """Return the rows of any other list."""
    feature = _fenced(query, "feature_row")
    return _select(feature).order_by(feature.c[query.key])


def _fenced(query: FeatureQuery, name: str) -> Subquery:
    """Return the rows of a list as a subquery that PostgreSQL evaluates once for each row.

    OFFSET keeps it from merging the subquery into joins, which would search for the grid of a row
    once for each grid that it is compared with.
    """
    return query.statement.offset(literal_column("0")).subquery(name)


def _select(row: Subquery, *more: Any) -> Statement:
    """Select the attributes of a row, more columns, and a point on the surface of its geometry."""
    attributes = [column for column in row.c if column.key != "geom"]
    point = func.ST_PointOnSurface(row.c.geom)
    location = (func.ST_X(point).label("lon"), func.ST_Y(point).label("lat"))
    return select(*attributes, *more, *location).select_from(row)


def stream(session: Session, statement: Statement) -> Generator[list[Row]]:
    """Yield the rows of a statement in batches, from a cursor in the database.

    One statement sees one state of the data: no row is missing or repeated, as it may be on pages.
    """
    with session.execute(statement, execution_options={"yield_per": BATCH_ROWS}) as result:
        names = tuple(result.keys())
        for batch in result.partitions():
            yield [dict(zip(names, row, strict=True)) for row in batch]
