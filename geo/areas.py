"""Queries about the administrative hierarchy."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import shapely
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from geo.errors import Invalid, NotFound
from geo.feature_query import FeatureQuery, Statement
from geo.models import Area, Level, MicroGrid


class AreaUnknown(NotFound):
    """No area has this code."""

    code = "area_unknown"


class AreaTooWide(Invalid):
    """The area has more communities than one response can contain."""

    code = "area_too_wide"


def within(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], area_code: str
) -> ColumnElement[bool]:
    """Return the condition that a code is within an area: it starts with the area's code."""
    return func.starts_with(column, area_code)


def get(session: Session, code: str) -> FeatureQuery:
    """Return one area as `query` returns it. Raises AreaUnknown."""
    require(session, code)
    return FeatureQuery(query().statement.where(Area.code == code))


def require(session: Session, code: str | None, *, or_grid: bool = False) -> None:
    """Raise AreaUnknown unless an area, or with `or_grid` a grid of any time, has this code.

    None is the whole city.
    """
    if code is None or session.scalar(select(Area.code).where(Area.code == code)) is not None:
        return
    if or_grid and session.scalar(select(MicroGrid.code).where(MicroGrid.code == code).limit(1)):
        return
    what = "area or grid" if or_grid else "area"
    raise AreaUnknown(f"There is no {what} {code!r}.", hint="GET /v1/areas lists the areas.")


def find_covering(session: Session, lon: float, lat: float) -> Sequence[Area]:
    """Return the areas whose outline covers a point, from the city down."""
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    statement = select(Area).where(func.ST_Covers(Area.geom, point))
    return session.scalars(statement.order_by(func.length(Area.code), Area.code)).all()


def format_title(session: Session, code: str | None, *, english: bool = False) -> str:
    """Return the name of an area; without a code, of the topmost areas. Raises AreaUnknown."""
    if code is not None:
        get(session, code)
    condition = Area.code == code if code is not None else Area.parent_code.is_(None)
    areas = session.scalars(select(Area).where(condition).order_by(Area.code).limit(3))
    return " · ".join((english and area.name_en) or area.name for area in areas) or "Gridward"


def find_city(session: Session) -> str | None:
    """Return the code of the topmost area; None if there are several, or none."""
    codes = session.scalars(select(Area.code).where(Area.parent_code.is_(None)).limit(2)).all()
    return codes[0] if len(codes) == 1 else None


def load_outlines(session: Session, codes: Collection[str]) -> dict[str, shapely.Geometry]:
    """Return the outlines of areas by code, without those that have none."""
    statement = select(Area.code, func.ST_AsBinary(Area.geom)).where(
        Area.code.in_(codes), Area.geom.is_not(None)
    )
    rows = session.execute(statement.order_by(Area.code))
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


class AreaNames:
    """The names of all areas, for lists that state them beside codes.

    Reads the areas once: a city has few beside its buildings.
    """

    def __init__(self, session: Session, *, english: bool = False) -> None:
        statement = select(Area.code, Area.parent_code, Area.level, Area.name, Area.name_en)
        self._areas = {
            code: (parent_code, level, (english and name_en) or name)
            for code, parent_code, level, name, name_en in session.execute(statement)
        }
        self._chains: dict[str, Mapping[str, str]] = {}

    def above(self, code: str | None) -> Mapping[str, str]:
        """Return the names, by level, of the areas that an area or grid lies in, and its own."""
        prefixes = (code[:length] for length in range(len(code), 0, -1)) if code else ()
        lowest = next((prefix for prefix in prefixes if prefix in self._areas), None)
        if lowest is None:
            return {}
        if lowest not in self._chains:
            self._chains[lowest] = dict(self._climb(lowest))
        return self._chains[lowest]

    def _climb(self, lowest: str) -> Iterator[tuple[str, str]]:
        code: str | None = lowest
        while code is not None:
            code, level, name = self._areas[code]
            yield level, name


def query(*, level: Level | None = None, area_code: str | None = None) -> FeatureQuery:
    """Return the areas of a level inside an area; the outline of an area may be null."""
    statement: Statement = select(
        Area.code, Area.parent_code, Area.level, Area.name, Area.name_en, Area.geom
    )
    if level is not None:
        statement = statement.where(Area.level == level)
    if area_code is not None:
        statement = statement.where(within(Area.code, area_code))
    return FeatureQuery(statement)


def list_levels(session: Session, area_code: str | None = None) -> list[Level]:
    """Return the levels that have areas, from that of an area down, or else from the city."""
    statement = select(Area.level).distinct()
    if area_code is not None:
        statement = statement.where(within(Area.code, area_code))
    present = set(session.scalars(statement))
    return [level for level in Level if level in present]


def list_communities(session: Session, area_code: str, *, limit: int) -> list[str]:
    """Return the codes of the communities of an area. Raises AreaTooWide if it has more."""
    statement = (
        select(Area.code)
        .where(Area.level == Level.COMMUNITY, within(Area.code, area_code))
        .order_by(Area.code)
        .limit(limit + 1)
    )
    codes = list(session.scalars(statement))
    if len(codes) > limit:
        raise AreaTooWide(
            f"Area {area_code!r} has more than {limit} communities.",
            hint="Request a community or a subdistrict.",
        )
    return codes
