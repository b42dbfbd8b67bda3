"""Redrawing the district of tests/district.py: what becomes of its grids, published at once."""

import shapely
from sqlalchemy.orm import Session

from geo.grids import revisions
from geo.grids.revisions import Delta, Outline
from geo.models import Revision
from tests.district import square

FIRST, SECOND = "230403001001", "230403001002"
ONE, TWO, THREE = FIRST + "001", FIRST + "002", FIRST + "003"


def outline(west: float, east: float, community: str = FIRST, name: str | None = None) -> Outline:
    shape = shapely.from_wkb(bytes(square(west, 0, east, 10).data))
    return Outline(name, community, shapely.to_wkb(shape))


def publish(session: Session, after: dict[str, Outline | None], **more) -> Revision:
    """Publish what becomes of grids, None for one that goes."""
    before = revisions.in_force_now(session, [FIRST, SECOND])
    deltas = [Delta(code, before.get(code), new) for code, new in after.items()]
    made = revisions.publish(session, deltas, title="a change", author="test", **more)
    session.commit()
    session.expire_all()
    return made


def merge(session: Session, **more) -> Revision:
    """001 and 002 of the first community become 003."""
    return publish(session, {ONE: None, TWO: None, THREE: outline(0, 20)}, **more)
