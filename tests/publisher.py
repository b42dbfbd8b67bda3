"""One who publishes, as a process that can be killed: `python -m tests.publisher URL COMMUNITY N`.

Moves the border between the two grids of a community of tests/district.py to N of 1,000, and says
`published NUMBER` once the database has it.
"""

import sys

import shapely
from sqlalchemy.orm import Session

from geo import db
from geo.grids import revisions
from geo.grids.revisions import Delta, Outline


def moved(before: dict[str, Outline], community: str, place: int) -> list[Delta]:
    """Return what becomes of the two grids of a community when their border moves."""
    west, south, east, north = shapely.total_bounds(
        [shapely.from_wkb(g.wkb) for g in before.values()]
    )
    border = west + (east - west) * place / 1000
    halves = (shapely.box(west, south, border, north), shapely.box(border, south, east, north))
    return [
        Delta(code, old, Outline(old.name, community, shapely.to_wkb(half)))
        for (code, old), half in zip(before.items(), halves, strict=True)
    ]


def publish(session: Session, community: str, place: int, title: str = "a border") -> int:
    """Publish such a move in the caller's transaction; return the revision's number."""
    revisions.lock(session, [community])
    deltas = moved(revisions.in_force_now(session, [community]), community, place)
    return revisions.publish(session, deltas, title=title, author="test").number


def main(url: str, community: str, place: str) -> None:
    """Publish and say so."""
    engine = db.connect(url)
    with Session(engine) as session:
        number = publish(session, community, int(place), title=place)
        session.commit()
    print("published", number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
