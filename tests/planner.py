"""One who redraws by a plan, as a process that can be killed: `python -m tests.planner URL C N`.

Begins a plan, moves the border between the two grids of community C of tests/district.py to N of
1,000, publishes it, taking its step again where another was first, and says `published NUMBER`
once the database has it.
"""

import sys

from sqlalchemy.orm import Session

from geo import db
from geo.models import Area
from geo.plans import drafts, publish, rebase
from geo.plans.publish import PlanOutdated
from geo.plans.replay_cache import Replays
from tests.district import place


def step(community: str, at: int) -> dict:
    """The operation that moves the border."""
    east = (0 if community.endswith("001") else 20) + 20 * at / 1000
    line = {"type": "LineString", "coordinates": [place(east, -1), place(east, 11)]}
    return {"kind": "move_border", "codes": [f"{community}001", f"{community}002"], "line": line}


def main(url: str, community: str, at: str) -> None:
    """Draw, publish and say so."""
    engine, replays = db.connect(url), Replays()
    with Session(engine) as session, session.begin():
        assert session.get(Area, community)
        number = drafts.begin(session, at, author="test").id
    with Session(engine) as session, session.begin():
        plan = drafts.take(session, number, who="test")
        drafts.add(session, plan, step(community, int(at)), replays, by="test")
    while True:
        try:
            with Session(engine) as session, session.begin():
                made = publish.publish(
                    session, number, replays, who="test", author="test", key=f"key {number}"
                ).number
            break
        except PlanOutdated:
            with Session(engine) as session, session.begin():
                rebase.rebase(session, drafts.take(session, number, who="test"), replays)
    print("published", made, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
