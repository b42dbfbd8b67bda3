"""Publishes a plan in a process that can be killed: `python -m tests.plan_process URL C N`.

Creates a plan that moves the border between the two grids of community C of tests/district.py to N
of 1,000 and publishes it, rebasing it while other revisions come first. Prints `published NUMBER`
once the revision is committed.
"""

import sys

import shapely
from sqlalchemy.orm import Session

from geo import db
from geo.models import Area
from geo.plans import drafts, publish, rebase
from geo.plans.core.operations import MoveBorder
from geo.plans.publish import PlanOutdated, Publication
from geo.plans.replay_cache import ReplayCache
from tests.town_units import lon_lat


def move_border(community: str, position: int) -> MoveBorder:
    """Return the operation that moves the border."""
    east = (0 if community.endswith("001") else 20) + 20 * position / 1000
    line = shapely.LineString([lon_lat(east, -1), lon_lat(east, 11)])
    return MoveBorder((f"{community}001", f"{community}002"), line)


def main(url: str, community: str, position: str) -> None:
    """Create, edit and publish the plan."""
    engine, cache = db.connect(url), ReplayCache()
    with Session(engine) as session, session.begin():
        assert session.get(Area, community)
        number = drafts.create(session, position, author="test").id
    with Session(engine) as session, session.begin():
        plan = drafts.lock_draft(session, number, owner="test")
        operation = move_border(community, int(position))
        drafts.add_step(session, plan, operation, cache, made_by="test")
    publication = Publication("test", key=f"key {number}")
    while True:
        try:
            with Session(engine) as session, session.begin():
                revision = publish.publish(session, number, cache, publication, owner="test").number
            break
        except PlanOutdated:
            with Session(engine) as session, session.begin():
                rebase.rebase(session, drafts.lock_draft(session, number, owner="test"), cache)
    print("published", revision, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
