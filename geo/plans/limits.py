"""How large the grids of an area should be: rules of thumb that a plan is held against."""

from collections.abc import Sequence

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from geo import areas
from geo.errors import Invalid
from geo.models import SizeLimit
from geo.plans.core.rules import Limits


class LimitsCrossed(Invalid):
    """The least is more than the most."""

    code = "limits_crossed"


NONE = Limits((None, None), (None, None))


def of(session: Session, community: str) -> Limits:
    """Return the limits of the smallest area around a community that has some."""
    around = select(SizeLimit).where(func.starts_with(literal(community), SizeLimit.area_code))
    nearest = around.order_by(func.length(SizeLimit.area_code).desc()).limit(1)
    found = session.scalar(nearest)
    if found is None:
        return NONE
    return Limits(
        (found.least_buildings, found.most_buildings),
        (found.least_households, found.most_households),
    )


def every(session: Session) -> Sequence[SizeLimit]:
    """Return the limits of all areas that have some, by code."""
    return session.scalars(select(SizeLimit).order_by(SizeLimit.area_code)).all()


def put(session: Session, area_code: str, limits: Limits) -> SizeLimit:
    """Give an area limits of its own, in place of those it had.

    Raises AreaUnknown, and LimitsCrossed where the least is more than the most.
    """
    areas.get(session, area_code)
    for what, (least, most) in vars(limits).items():
        if least is not None and most is not None and least > most:
            raise LimitsCrossed(
                f"At least {least} {what} and at most {most} cannot be.",
                hint="Give the smaller number first.",
            )
    (least_buildings, most_buildings), (least_households, most_households) = (
        limits.buildings,
        limits.households,
    )
    kept = session.merge(
        SizeLimit(
            area_code=area_code,
            least_buildings=least_buildings,
            most_buildings=most_buildings,
            least_households=least_households,
            most_households=most_households,
        )
    )
    session.flush()
    return kept
