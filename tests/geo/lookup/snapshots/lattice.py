"""Generated partitions on a lattice: every cell belongs to one grid, to two, or to none."""

import datetime
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion
from geo.models import Area, Level

SIDE, STEP = 4, 0.001
COMMUNITY = "230403001001"

Owners = Sequence[frozenset[int]]
"""For each of SIDE² cells, row by row from the south-west, the numbers of its grids."""


def code(number: int) -> str:
    return f"{COMMUNITY}{number:03}"


def cell(i: int) -> shapely.Polygon:
    column, row = i % SIDE, i // SIDE
    west, south = 130 + column * STEP, 47 + row * STEP
    return shapely.box(west, south, west + STEP, south + STEP)


def grid_versions(owners: Owners) -> Mapping[str, GridVersion]:
    """The grids of a lattice by code, each the union of its cells."""
    all_numbers = sorted(set().union(*owners))
    return {
        code(number): GridVersion(
            f"格{number}",
            COMMUNITY,
            shapely.to_wkb(
                shapely.union_all(
                    [cell(i) for i, numbers in enumerate(owners) if number in numbers]
                )
            ),
        )
        for number in all_numbers
    }


def create_community(session: Session) -> None:
    """Create the community that contains the lattice."""
    session.add(Area(code=COMMUNITY, level=Level.COMMUNITY, name="社区"))
    session.flush()


def publish(
    session: Session, before: Owners, after: Owners, at: datetime.datetime | None = None
) -> revisions.Revision:
    """Publish the changes that turn one lattice into another."""
    old, new = grid_versions(before), grid_versions(after)
    deltas = [
        Delta(code, old.get(code), new.get(code))
        for code in sorted(old.keys() | new.keys())
        if old.get(code) != new.get(code)
    ]
    return revisions.publish(session, deltas, title="lattice", author="test", effective_at=at)


def points() -> np.ndarray:
    """Corners, edge midpoints and centers of all cells, and of one ring of cells around them."""
    ticks = (np.arange(-2, 2 * SIDE + 3) / 2) * STEP
    lons, lats = np.meshgrid(130 + ticks, 47 + ticks)
    return np.column_stack([lons.ravel(), lats.ravel()])
