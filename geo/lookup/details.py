"""What more can be told about a place than its grid."""

from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import Building, BuildingStatus


class Detail(StrEnum):
    """What more can be told about a place."""

    BORDER = "border"
    BUILDING = "building"
    MEMBERS = "members"


def building(session: Session, lon: float, lat: float) -> str | None:
    """Return the code of the standing building that covers a place; the lowest of several."""
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    covers = func.ST_Covers(Building.footprint, point)
    standing = Building.status == BuildingStatus.STANDING
    return session.scalar(
        select(Building.code).where(covers, standing).order_by(Building.code).limit(1)
    )
