"""Counts of covered buildings by area and by grid, cached for one table version and day."""

import datetime
import threading
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add, sub
from typing import NamedTuple

from cachetools import LRUCache
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.coverage.rules import JOIN_COVERAGE_BY_INDEX_SQL, JOIN_COVERAGE_SQL, STANDING_SQL
from geo.postgres.planner_settings import PREFER_INDEX_SCANS, RESET_PLANNER_SETTINGS


class CoverageCounts(NamedTuple):
    """Buildings and households, and how many of them are covered."""

    buildings: int
    covered: int
    households: int
    covered_households: int

    def plus(self, other: "CoverageCounts") -> "CoverageCounts":
        """Return the sum of each count."""
        return CoverageCounts(*map(add, self, other))

    def minus(self, other: "CoverageCounts") -> "CoverageCounts":
        """Return the difference of each count."""
        return CoverageCounts(*map(sub, self, other))


ZERO_COUNTS = CoverageCounts(0, 0, 0, 0)

_COUNTS = """
count(*), count(coverage.manager_kind), coalesce(sum(building.households), 0),
coalesce(sum(building.households) FILTER (WHERE coverage.manager_kind IS NOT NULL), 0)
"""

COUNT_BY_COMMUNITY = text(f"""
SELECT building.community_code, {_COUNTS}
FROM building {JOIN_COVERAGE_SQL}
WHERE {STANDING_SQL} AND building.community_code IS NOT NULL
GROUP BY building.community_code ORDER BY building.community_code
""")

COUNT_BY_GRID = text(f"""
WITH near AS MATERIALIZED (
    SELECT grid.code, grid.geom FROM micro_grid AS grid
    WHERE grid.in_force @> CAST(:at AS timestamptz) AND grid.id IN (
        SELECT neighbor.id FROM micro_grid AS requested JOIN micro_grid AS neighbor
            ON neighbor.geom && requested.geom
        WHERE requested.code = ANY (:codes) AND requested.in_force @> CAST(:at AS timestamptz))
), located AS MATERIALIZED (
    SELECT building.code, min(near.code) AS grid_code
    FROM near JOIN building
        ON building.footprint && near.geom AND ST_Covers(near.geom, building.point)
    GROUP BY building.code
)
SELECT located.grid_code, {_COUNTS}
FROM located JOIN building ON building.code = ANY (ARRAY[located.code])
    {JOIN_COVERAGE_BY_INDEX_SQL}
WHERE {STANDING_SQL} AND located.grid_code = ANY (:codes)
GROUP BY located.grid_code
""")
"""A building on a shared border, or in two grids, counts for the lowest grid code."""


CountsByCode = dict[str, CoverageCounts]
MAX_FILTERS = 16
"""Filters and areas whose counts are cached."""


@dataclass
class CoverageCountCache:
    """Counts by code, each read from the database at most once."""

    by_community: CountsByCode | None = None
    by_grid: CountsByCode = field(default_factory=dict)
    filtered: LRUCache[Hashable, CountsByCode] = field(
        default_factory=lambda: LRUCache(MAX_FILTERS)
    )
    """Counts by community of the buildings that pass a filter."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count_areas(
        self, session: Session, codes: Iterable[str], on: datetime.date, *, exact: bool
    ) -> list[CoverageCounts]:
        """Return the counts of areas, in the order of their codes.

        If `exact`, the codes are those of communities. Otherwise each area sums the communities
        whose codes start with its code.
        """
        with self.lock:
            if self.by_community is None:
                session.execute(RESET_PLANNER_SETTINGS)
                rows = session.execute(COUNT_BY_COMMUNITY, {"on": on, "year": on.year})
                self.by_community = {code: CoverageCounts(*counts) for code, *counts in rows}
        if exact:
            return [self.by_community.get(code, ZERO_COUNTS) for code in codes]
        return _sum_by_prefix(self.by_community, codes)

    def count_filtered(
        self, key: Hashable, load: Callable[[], CountsByCode], codes: Iterable[str], *, exact: bool
    ) -> list[CoverageCounts]:
        """Return what `count_areas` returns, from counts that `load` reads for a key.

        Loads without the lock, which other counts need; two requests at once may both load.
        """
        with self.lock:
            counts = self.filtered.get(key)
        if counts is None:
            counts = load()
            with self.lock:
                self.filtered[key] = counts
        if exact:
            return [counts.get(code, ZERO_COUNTS) for code in codes]
        return _sum_by_prefix(counts, codes)

    def count_grids(
        self, session: Session, codes: list[str], on: datetime.date, at: datetime.datetime
    ) -> list[CoverageCounts]:
        """Return the counts of grids in force at a timestamp, in the order of their codes."""
        missing = [code for code in codes if code not in self.by_grid]
        if missing:
            params = {"codes": missing, "on": on, "year": on.year, "at": at}
            session.execute(PREFER_INDEX_SCANS)
            rows = session.execute(COUNT_BY_GRID, params)
            self.by_grid |= dict.fromkeys(missing, ZERO_COUNTS) | {
                code: CoverageCounts(*counts) for code, *counts in rows
            }
        return [self.by_grid[code] for code in codes]


def _sum_by_prefix(
    by_community: dict[str, CoverageCounts], codes: Iterable[str]
) -> list[CoverageCounts]:
    """Return, for each code, the sum of the communities whose codes start with it."""
    ordered = sorted(by_community)
    counts = (by_community[code] for code in ordered)
    running = list(accumulate(counts, CoverageCounts.plus, initial=ZERO_COUNTS))
    return [
        running[bisect_left(ordered, code + chr(0x10FFFF))].minus(
            running[bisect_left(ordered, code)]
        )
        for code in codes
    ]
