"""Where things lie: the box around an area, or around everything there is."""

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from geo import areas, city_time
from geo.feature_query import Box
from geo.grids import grids
from geo.models import Area, Building, MicroGrid


def of(session: Session, area_code: str | None = None) -> Box | None:
    """Return the box around an area, else around its buildings, else None if nothing is there."""
    outlines = select(Area.geom)
    shapes = select(MicroGrid.geom).where(grids.in_force(city_time.now()))
    footprints = select(Building.footprint)
    if area_code is not None:
        outlines = outlines.where(areas.within(Area.code, area_code))
        shapes = shapes.where(areas.within(MicroGrid.code, area_code))
        footprints = footprints.where(areas.within(Building.community_code, area_code))
    mapped = union_all(outlines, shapes).subquery("mapped")
    return _box(session, mapped.c.geom) or _box(session, footprints.subquery().c.footprint)


def _box(session: Session, column: object) -> Box | None:
    around = select(func.ST_Extent(column).label("box")).subquery()
    sides = (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)
    found = session.execute(select(*(side(around.c.box) for side in sides))).one()
    return None if found[0] is None else (found[0], found[1], found[2], found[3])
