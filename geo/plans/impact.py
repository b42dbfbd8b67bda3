"""What a plan means on the ground: which buildings, households and open issues change grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import WGS84, Issue, IssueStatus
from geo.plans.core.partition import Partition
from geo.plans.core.voronoi import Buildings, holders
from geo.plans.replay_cache import Outcome

OPEN = (IssueStatus.OPEN, IssueStatus.IN_PROGRESS)


@dataclass
class Holding:
    """Buildings, their households, and the issues that are still open."""

    buildings: int = 0
    households: int = 0
    open_issues: int = 0

    def add(self, households: int | None) -> None:
        """Count one more building of so many households, or for None one more open issue."""
        if households is None:
            self.open_issues += 1
        else:
            self.buildings += 1
            self.households += households


@dataclass(frozen=True)
class Move:
    """What goes from one grid to another; None is ground in no grid."""

    from_code: str | None
    to_code: str | None
    holding: Holding


@dataclass(frozen=True)
class Held:
    """What a grid holds before and after; None where there is no such grid."""

    code: str
    before: Holding | None
    after: Holding | None


@dataclass(frozen=True)
class Spread:
    """How even grids are: their number, and the least, middle and most that one holds."""

    grids: int
    buildings: tuple[int, int, int]
    households: tuple[int, int, int]


@dataclass(frozen=True)
class Impact:
    """All that changes grid, in total, from grid to grid, and grid by grid."""

    communities: Sequence[str]
    total: Holding
    moves: Sequence[Move]
    grids: Sequence[Held]
    spread_before: Spread | None
    spread_after: Spread | None


class _Tally:
    """What grids hold on both sides of a plan, counted one building or issue at a time."""

    def __init__(self) -> None:
        self.before: dict[str, Holding] = {}
        self.after: dict[str, Holding] = {}
        self.moves: dict[tuple[str | None, str | None], Holding] = {}
        self.total = Holding()

    def take_in(self, start: Partition, end: Partition) -> None:
        """Let the grids of a community count, also those that hold nothing."""
        self.before |= {code: Holding() for code in start.grids}
        self.after |= {code: Holding() for code in end.grids}

    def count(self, old: str | None, new: str | None, households: int | None) -> None:
        """Count a building of so many households, or for None an open issue."""
        held = [self.before[old]] if old is not None else []
        held += [self.after[new]] if new is not None else []
        if old != new:
            held += [self.moves.setdefault((old, new), Holding()), self.total]
        for holding in held:
            holding.add(households)


def contents(partition: Partition, buildings: Buildings) -> dict[str, Holding]:
    """Return the buildings and households that each grid of a partition holds, by code."""
    held = {code: Holding() for code in partition.grids}
    sizes = buildings.households.tolist()
    for code, size in zip(holders(partition, buildings.points), sizes, strict=True):
        if code is not None:
            held[code].add(size)
    return held


def of(session: Session, outcome: Outcome) -> Impact:
    """Return the impact of a plan: buildings by their points, issues by their places."""
    tally = _Tally()
    for community in outcome.communities:
        start, end = outcome.situation.partition(community), outcome.after[community]
        tally.take_in(start, end)
        buildings = outcome.situation.buildings(community)
        issues = _open_issues(session, start.outline)
        households: list[int | None] = [int(size) for size in buildings.households]
        for points, sizes in ((buildings.points, households), (issues, [None] * len(issues))):
            sides = holders(start, points), holders(end, points)
            for old, new, size in zip(*sides, sizes, strict=True):
                tally.count(old, new, size)
    return Impact(
        communities=outcome.communities,
        total=tally.total,
        moves=[Move(*pair, tally.moves[pair]) for pair in sorted(tally.moves, key=_order)],
        grids=[
            Held(code, tally.before.get(code), tally.after.get(code))
            for code in sorted({*tally.before, *tally.after})
        ],
        spread_before=_spread(tally.before),
        spread_after=_spread(tally.after),
    )


def _open_issues(session: Session, outline: shapely.Geometry) -> NDArray[np.object_]:
    ground = func.ST_GeomFromWKB(shapely.to_wkb(outline), WGS84)
    rows = session.scalars(
        select(func.ST_AsBinary(Issue.geom))
        .where(Issue.status.in_(OPEN), func.ST_Intersects(Issue.geom, ground))
        .order_by(Issue.ref)
    )
    return np.asarray(shapely.from_wkb([bytes(wkb) for wkb in rows]), dtype=object)


def _spread(grids: Mapping[str, Holding]) -> Spread | None:
    if not grids:
        return None
    return Spread(
        len(grids),
        _range([held.buildings for held in grids.values()]),
        _range([held.households for held in grids.values()]),
    )


def _range(counts: Sequence[int]) -> tuple[int, int, int]:
    return min(counts), median_low(counts), max(counts)


def _order(pair: tuple[str | None, str | None]) -> tuple[str, str]:
    return pair[0] or "", pair[1] or ""
