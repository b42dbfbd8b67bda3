"""The impact of a plan: the buildings, households and open issues that change grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import WGS84, Issue, IssueStatus
from geo.plans.core.partition import Partition
from geo.plans.core.voronoi import grid_codes_at
from geo.plans.replay_cache import ReplayResult

Range = tuple[int, float, int]
"""Minimum, median, maximum."""
OPEN = (IssueStatus.OPEN, IssueStatus.IN_PROGRESS)


@dataclass
class GridCounts:
    """Buildings, their households, and open issues."""

    buildings: int = 0
    households: int = 0
    open_issues: int = 0

    def add(self, households: int | None) -> None:
        """Count one more building with its households, or for None one more open issue."""
        if households is None:
            self.open_issues += 1
        else:
            self.buildings += 1
            self.households += households


@dataclass(frozen=True)
class GridMove:
    """What moves from one grid to another; None is an area without a grid."""

    from_code: str | None
    to_code: str | None
    counts: GridCounts


@dataclass(frozen=True)
class GridImpact:
    """The counts of a grid before and after; None where the grid does not exist."""

    code: str
    before: GridCounts | None
    after: GridCounts | None


@dataclass(frozen=True)
class SizeDistribution:
    """The number of grids, and the minimum, median and maximum of their sizes."""

    grids: int
    buildings: Range
    households: Range


@dataclass(frozen=True)
class Impact:
    """Everything that changes grid: in total, from grid to grid, and by grid."""

    communities: Sequence[str]
    total: GridCounts
    moves: Sequence[GridMove]
    grids: Sequence[GridImpact]
    distribution_before: SizeDistribution | None
    distribution_after: SizeDistribution | None


class _Counter:
    """Counts by grid before and after a plan, one building or issue at a time."""

    def __init__(self) -> None:
        self.before: dict[str, GridCounts] = {}
        self.after: dict[str, GridCounts] = {}
        self.moves: dict[tuple[str | None, str | None], GridCounts] = {}
        self.total = GridCounts()

    def add_grids(self, before: Partition, after: Partition) -> None:
        """Add the grids of a community with counts of zero."""
        self.before |= {code: GridCounts() for code in before.grids}
        self.after |= {code: GridCounts() for code in after.grids}

    def count(self, old: str | None, new: str | None, households: int | None) -> None:
        """Count a building with its households, or for None an open issue."""
        counts = [self.before[old]] if old is not None else []
        counts += [self.after[new]] if new is not None else []
        if old != new:
            counts += [self.moves.setdefault((old, new), GridCounts()), self.total]
        for one in counts:
            one.add(households)


def count_by_grid(result: ReplayResult, community: str) -> dict[str, GridCounts]:
    """Return the buildings and households of each grid of a community after a plan, by code."""
    counts = (column.tolist() for column in result.count_buildings(community))
    codes = result.partition(community).grids
    return {
        code: GridCounts(building_count, household_count)
        for code, building_count, household_count in zip(codes, *counts, strict=True)
    }


def compute_impact(session: Session, result: ReplayResult) -> Impact:
    """Return the impact of a plan. Buildings and issues count where their point is."""
    counter = _Counter()
    for community in result.communities:
        before, after = result.context.partition(community), result.after[community]
        counter.add_grids(before, after)
        buildings = result.context.buildings(community)
        issues = _open_issues(session, before.outline)
        households: list[int | None] = [int(count) for count in buildings.households]
        for points, sizes in ((buildings.points, households), (issues, [None] * len(issues))):
            codes = grid_codes_at(before, points), grid_codes_at(after, points)
            for old, new, size in zip(*codes, sizes, strict=True):
                counter.count(old, new, size)
    return Impact(
        communities=result.communities,
        total=counter.total,
        moves=[GridMove(*pair, counter.moves[pair]) for pair in sorted(counter.moves, key=_order)],
        grids=[
            GridImpact(code, counter.before.get(code), counter.after.get(code))
            for code in sorted({*counter.before, *counter.after})
        ],
        distribution_before=_distribution(counter.before),
        distribution_after=_distribution(counter.after),
    )


def _open_issues(session: Session, outline: shapely.Geometry) -> NDArray[np.object_]:
    """Return the points of the open issues inside an outline."""
    area = func.ST_GeomFromWKB(shapely.to_wkb(outline), WGS84)
    rows = session.scalars(
        select(func.ST_AsBinary(Issue.geom))
        .where(Issue.status.in_(OPEN), func.ST_Intersects(Issue.geom, area))
        .order_by(Issue.ref)
    )
    return np.asarray(shapely.from_wkb([bytes(wkb) for wkb in rows]), dtype=object)


def _distribution(grids: Mapping[str, GridCounts]) -> SizeDistribution | None:
    if not grids:
        return None
    return SizeDistribution(
        len(grids),
        _min_median_max([counts.buildings for counts in grids.values()]),
        _min_median_max([counts.households for counts in grids.values()]),
    )


def _min_median_max(counts: Sequence[int]) -> Range:
    return min(counts), median(counts), max(counts)


def _order(pair: tuple[str | None, str | None]) -> tuple[str, str]:
    return pair[0] or "", pair[1] or ""
