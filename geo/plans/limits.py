"""Size limits: how many buildings and households the grids of an area should have."""

from collections.abc import Sequence

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from geo import areas
from geo.errors import Invalid
from geo.models import SizeLimit
from geo.plans.core.rules import Limits


class MinimumAboveMaximum(Invalid):
    """The minimum is larger than the maximum."""

    code = "minimum_above_maximum"


NO_LIMITS = Limits((None, None), (None, None))


def limits_for(session: Session, community: str) -> Limits:
    """Return the limits of the smallest area that has some and contains a community."""
    containing = select(SizeLimit).where(func.starts_with(literal(community), SizeLimit.area_code))
    nearest = containing.order_by(func.length(SizeLimit.area_code).desc()).limit(1)
    row = session.scalar(nearest)
    if row is None:
        return NO_LIMITS
    return Limits(
        (row.least_buildings, row.most_buildings),
        (row.least_households, row.most_households),
    )


def list_limits(session: Session) -> Sequence[SizeLimit]:
    """Return the limits of all areas that have some, by code."""
    return session.scalars(select(SizeLimit).order_by(SizeLimit.area_code)).all()


def set_limits(session: Session, area_code: str, limits: Limits) -> SizeLimit:
    """Set or replace the limits of an area. Raises AreaUnknown, MinimumAboveMaximum."""
    areas.get(session, area_code)
    for what, (least, most) in vars(limits).items():
        if least is not None and most is not None and least > most:
            raise MinimumAboveMaximum(
                f"The minimum of {least} {what} is larger than the maximum of {most}.",
                hint="Give the smaller number first.",
            )
    (least_buildings, most_buildings), (least_households, most_households) = (
        limits.buildings,
        limits.households,
    )
    row = session.merge(
        SizeLimit(
            area_code=area_code,
            least_buildings=least_buildings,
            most_buildings=most_buildings,
            least_households=least_households,
            most_households=most_households,
        )
    )
    session.flush()
    return row
