"""Text search for areas, neighborhoods, grids, buildings and issues."""

from typing import Any

from sqlalchemy import Select, String, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from geo import city_time
from geo.grids import grids
from geo.models import Area, Building, BuildingStatus, Issue, MicroGrid, Neighborhood


def search(session: Session, text: str, *, limit: int = 20) -> list[dict[str, Any]]:
    """Return what has a code that starts with `text`, or a name or address that contains it.

    Each row is `{kind, code, name, lon, lat}`: first areas, then neighborhoods, grids, buildings,
    issues.
    """
    pattern = f"%{_escape_like(text)}%"
    branches = [
        _matches("area", Area, Area.geom, pattern, text, Area.name, Area.name_en),
        _matches("neighborhood", Neighborhood, Neighborhood.geom, pattern, text, Neighborhood.name),
        _matches("grid", MicroGrid, MicroGrid.geom, pattern, text, MicroGrid.name).where(
            grids.in_force(city_time.now())
        ),
        _matches(
            "building", Building, Building.point, pattern, text, Building.name, Building.address
        ).where(Building.status == BuildingStatus.STANDING),
        select(*_columns("issue", Issue.ref, null(), Issue.geom)).where(
            func.starts_with(Issue.ref, text)
        ),
    ]
    limited = [branch.limit(limit).subquery() for branch in branches]
    statement = union_all(*(select(branch) for branch in limited)).limit(limit)
    return [dict(row) for row in session.execute(statement).mappings()]


def _matches(
    kind: str, table: Any, geom: Any, pattern: str, text: str, *names: Any
) -> Select[Any, Any, Any, Any, Any]:
    contains = (name.ilike(pattern, escape="\\") for name in names)
    return (
        select(*_columns(kind, table.code, names[0], geom))
        .where(or_(func.starts_with(table.code, text), *contains), geom.is_not(None))
        .order_by(table.code)
    )


def _columns(kind: str, code: Any, name: Any, geom: Any) -> tuple[Any, Any, Any, Any, Any]:
    point = func.ST_PointOnSurface(geom)
    return (
        literal(kind).label("kind"),
        code.label("code"),
        cast(name, String).label("name"),
        func.ST_X(point).label("lon"),
        func.ST_Y(point).label("lat"),
    )


def _escape_like(text: str) -> str:
    """Escape the wildcards of LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
