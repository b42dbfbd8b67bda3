"""Made-up partitions on a lattice: every cell belongs to a grid, to two, or to none."""

import datetime
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geo.grids import revisions
from geo.grids.revisions import Delta, Outline
from geo.models import Area, Level

SIDE, STEP = 4, 0.001
COMMUNITY = "230403001001"

Owners = Sequence[frozenset[int]]
"""For each of SIDE² cells, row by row from the south-west, the grids that it belongs to."""


def code(number: int) -> str:
    return f"{COMMUNITY}{number:03}"


def cell(at: int) -> shapely.Polygon:
    column, row = at % SIDE, at // SIDE
    west, south = 130 + column * STEP, 47 + row * STEP
    return shapely.box(west, south, west + STEP, south + STEP)


def outlines(owners: Owners) -> Mapping[str, Outline]:
    """The grids of a lattice, each the union of its cells, in as many parts as that takes."""
    numbers = sorted(set().union(*owners))
    return {
        code(number): Outline(
            f"格{number}",
            COMMUNITY,
            shapely.to_wkb(
                shapely.union_all([cell(at) for at, own in enumerate(owners) if number in own])
            ),
        )
        for number in numbers
    }


def found(session: Session) -> None:
    """Found the community that the lattice lies in."""
    session.add(Area(code=COMMUNITY, level=Level.COMMUNITY, name="社区"))
    session.flush()


def publish(
    session: Session, before: Owners, after: Owners, at: datetime.datetime | None = None
) -> revisions.Revision:
    """Publish what makes one lattice of another."""
    old, new = outlines(before), outlines(after)
    deltas = [
        Delta(code, old.get(code), new.get(code))
        for code in sorted(old.keys() | new.keys())
        if old.get(code) != new.get(code)
    ]
    return revisions.publish(session, deltas, title="lattice", author="test", effective_at=at)


def points() -> np.ndarray:
    """Corners, middles of edges and middles of cells, and the same a cell beyond the lattice."""
    ticks = (np.arange(-2, 2 * SIDE + 3) / 2) * STEP
    lons, lats = np.meshgrid(130 + ticks, 47 + ticks)
    return np.column_stack([lons.ravel(), lats.ravel()])
