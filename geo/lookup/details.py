"""Optional details of a lookup, read from the database."""

from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import Building, BuildingStatus


class Detail(StrEnum):
    """The details that a lookup can request."""

    BORDER = "border"
    BUILDING = "building"
    MEMBERS = "members"


def find_building(session: Session, lon: float, lat: float) -> str | None:
    """Return the code of the standing building whose footprint covers a point, or None.

    If there are several, the lowest code.
    """
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    covers = func.ST_Covers(Building.footprint, point)
    is_standing = Building.status == BuildingStatus.STANDING
    return session.scalar(
        select(Building.code).where(covers, is_standing).order_by(Building.code).limit(1)
    )
