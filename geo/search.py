"""Finding a place by its code, name or address."""

from typing import Any

from sqlalchemy import Select, String, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from geo import city_time
from geo.grids import grids
from geo.models import Area, Building, BuildingStatus, Issue, MicroGrid, Neighborhood


def search(session: Session, text: str, *, limit: int = 20) -> list[dict[str, Any]]:
    """Return places whose code starts with `text` or whose name or address holds it.

    Each is `{kind, code, name, lon, lat}`: areas first, then compounds, grids, buildings, issues.
    """
    at = city_time.now()
    pattern = f"%{_literally(text)}%"
    branches = [
        _places("area", Area, Area.geom, pattern, text, Area.name, Area.name_en),
        _places("neighborhood", Neighborhood, Neighborhood.geom, pattern, text, Neighborhood.name),
        _places("grid", MicroGrid, MicroGrid.geom, pattern, text, MicroGrid.name).where(
            grids.in_force(at)
        ),
        _places(
            "building", Building, Building.point, pattern, text, Building.name, Building.address
        ).where(Building.status == BuildingStatus.STANDING),
        select(*_columns("issue", Issue.ref, null(), Issue.geom)).where(
            func.starts_with(Issue.ref, text)
        ),
    ]
    limited = [branch.limit(limit).subquery() for branch in branches]
    found = union_all(*(select(branch) for branch in limited)).limit(limit)
    return [dict(row) for row in session.execute(found).mappings()]


def _places(
    kind: str, table: Any, geom: Any, pattern: str, text: str, *names: Any
) -> Select[Any, Any, Any, Any, Any]:
    named = (name.ilike(pattern, escape="\\") for name in names)
    return (
        select(*_columns(kind, table.code, names[0], geom))
        .where(or_(func.starts_with(table.code, text), *named), geom.is_not(None))
        .order_by(table.code)
    )


def _columns(kind: str, code: Any, name: Any, geom: Any) -> tuple[Any, Any, Any, Any, Any]:
    spot = func.ST_PointOnSurface(geom)
    return (
        literal(kind).label("kind"),
        code.label("code"),
        cast(name, String).label("name"),
        func.ST_X(spot).label("lon"),
        func.ST_Y(spot).label("lat"),
    )


def _literally(text: str) -> str:
    """Take the meaning from the characters that mean something in LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
