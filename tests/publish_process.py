"""Publishes a revision in a process that can be killed: `python -m tests.publish_process URL C N`.

Moves the border between the two grids of community C of tests/district.py to N of 1,000, and
prints `published NUMBER` once the revision is committed.
"""

import sys

import shapely
from sqlalchemy.orm import Session

from geo import db
from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion


def move_border(before: dict[str, GridVersion], community: str, position: int) -> list[Delta]:
    """Return the changes of the two grids of a community when their border moves."""
    west, south, east, north = shapely.total_bounds(
        [shapely.from_wkb(grid.wkb) for grid in before.values()]
    )
    border = west + (east - west) * position / 1000
    halves = (shapely.box(west, south, border, north), shapely.box(border, south, east, north))
    return [
        Delta(code, old, GridVersion(old.name, community, shapely.to_wkb(half)))
        for (code, old), half in zip(before.items(), halves, strict=True)
    ]


def publish(session: Session, community: str, position: int, title: str = "a border") -> int:
    """Publish the moved border in the caller's transaction; return the revision's number."""
    revisions.lock_communities(session, [community])
    deltas = move_border(revisions.current_grids(session, [community]), community, position)
    return revisions.publish(session, deltas, title=title, author="test").number


def main(url: str, community: str, position: str) -> None:
    """Publish the moved border in a transaction of its own."""
    engine = db.connect(url)
    with Session(engine) as session:
        number = publish(session, community, int(position), title=position)
        session.commit()
    print("published", number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
