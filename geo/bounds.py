"""The bounding box of an area, or of all data."""

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from geo import areas, city_time
from geo.feature_query import BBox
from geo.grids import grids
from geo.models import Area, Building, MicroGrid


def compute_bounds(session: Session, area_code: str | None = None) -> BBox | None:
    """Return the bounding box of an area and its grids, else of its buildings, else None."""
    area_geoms = select(Area.geom)
    grid_geoms = select(MicroGrid.geom).where(grids.in_force(city_time.now()))
    footprints = select(Building.footprint)
    if area_code is not None:
        area_geoms = area_geoms.where(areas.within(Area.code, area_code))
        grid_geoms = grid_geoms.where(areas.within(MicroGrid.code, area_code))
        footprints = footprints.where(areas.within(Building.community_code, area_code))
    geoms = union_all(area_geoms, grid_geoms).subquery("geoms")
    return _bounds(session, geoms.c.geom) or _bounds(session, footprints.subquery().c.footprint)


def _bounds(session: Session, column: object) -> BBox | None:
    extent = select(func.ST_Extent(column).label("box")).subquery()
    sides = (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)
    row = session.execute(select(*(side(extent.c.box) for side in sides))).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])
