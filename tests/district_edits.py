"""Published changes to the grids of tests/district.py."""

import shapely
from sqlalchemy.orm import Session

from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion
from geo.models import Revision
from tests.district import square

COMMUNITY_1, COMMUNITY_2 = "230403001001", "230403001002"
GRID_1, GRID_2, GRID_3 = COMMUNITY_1 + "001", COMMUNITY_1 + "002", COMMUNITY_1 + "003"


def grid_version(
    west: float, east: float, community: str = COMMUNITY_1, name: str | None = None
) -> GridVersion:
    """Return a grid from west to east, as high as the district."""
    geom = shapely.from_wkb(bytes(square(west, 0, east, 10).data))
    return GridVersion(name, community, shapely.to_wkb(geom))


def publish_versions(session: Session, after: dict[str, GridVersion | None], **options) -> Revision:
    """Publish new versions of grids, None to retire one."""
    before = revisions.current_grids(session, [COMMUNITY_1, COMMUNITY_2])
    deltas = [Delta(code, before.get(code), new) for code, new in after.items()]
    revision = revisions.publish(session, deltas, title="a change", author="test", **options)
    session.commit()
    session.expire_all()
    return revision


def merge_grids(session: Session, **options) -> Revision:
    """Merge grids 001 and 002 of the first community into 003."""
    return publish_versions(
        session, {GRID_1: None, GRID_2: None, GRID_3: grid_version(0, 20)}, **options
    )
