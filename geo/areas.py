"""Questions about the administrative hierarchy."""

from collections.abc import Collection, Sequence

import shapely
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from geo.errors import NotFound
from geo.feature_query import Features, Statement
from geo.models import Area, Level


class AreaUnknown(NotFound):
    """No area has this code."""

    code = "area_unknown"


def within(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], area_code: str
) -> ColumnElement[bool]:
    """Return the condition that a code lies in an area: it starts with the area's code."""
    return func.starts_with(column, area_code)


def get(session: Session, code: str) -> Features:
    """Return one area as `facts` has it. Raises AreaUnknown."""
    if session.get(Area, code) is None:
        raise AreaUnknown(f"There is no area {code!r}.", hint="GET /v1/areas lists the areas.")
    return Features(facts().statement.where(Area.code == code))


def chain(session: Session, code: str) -> Sequence[Area]:
    """Return the areas that a code lies in, the city first."""
    above = select(Area).where(func.starts_with(literal(code), Area.code))
    return session.scalars(above.order_by(func.length(Area.code))).all()


def covering(session: Session, lon: float, lat: float) -> Sequence[Area]:
    """Return the areas whose outline covers a point, the city first."""
    place = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    around = select(Area).where(func.ST_Covers(Area.geom, place))
    return session.scalars(around.order_by(func.length(Area.code), Area.code)).all()


def title(session: Session, code: str | None, *, english: bool = False) -> str:
    """Return the name of an area, or of the whole: the top areas' names. Raises AreaUnknown."""
    if code is not None:
        get(session, code)
    named = Area.code == code if code is not None else Area.parent_code.is_(None)
    found = session.scalars(select(Area).where(named).order_by(Area.code).limit(3))
    return " · ".join((english and area.name_en) or area.name for area in found) or "Gridward"


def outlines(session: Session, codes: Collection[str]) -> dict[str, shapely.Geometry]:
    """Return the outlines of areas, by code, where they are known."""
    known = select(Area.code, func.ST_AsBinary(Area.geom)).where(
        Area.code.in_(codes), Area.geom.is_not(None)
    )
    rows = session.execute(known.order_by(Area.code))
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


def facts(*, level: Level | None = None, area_code: str | None = None) -> Features:
    """Return the areas of a level inside an area, each with its outline where it has one."""
    statement: Statement = select(
        Area.code, Area.parent_code, Area.level, Area.name, Area.name_en, Area.geom
    )
    if level is not None:
        statement = statement.where(Area.level == level)
    if area_code is not None:
        statement = statement.where(within(Area.code, area_code))
    return Features(statement)


def levels(session: Session) -> list[Level]:
    """Return the levels that there are areas of, coarse to fine."""
    present = set(session.scalars(select(Area.level).distinct()))
    return [level for level in Level if level in present]
