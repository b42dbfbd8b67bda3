"""Tallies of places, counted once for each state of the register and remembered for its tiles."""

import datetime
import threading
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.postgres.planner_settings import FREELY, READILY

Counts = tuple[int, int, int, int]
"""Buildings, covered buildings, households, and households in covered buildings."""

NOTHING: Counts = (0, 0, 0, 0)

TODAY = """
LEFT JOIN property_coverage AS today ON today.building_code = ANY (ARRAY[building.code])
    AND (today.covered @> CAST(:on AS date)) IS TRUE
"""
"""Who has a building on a day: one at most, the register sees to it. Asked plainly, by = and @>,
the planner would take the index that guards against two at once, which takes ten times as long as
the one for reading; it cannot answer ANY, nor IS TRUE."""

STANDING = """
coalesce(building.built_year, :year) <= :year
AND (building.status = 'standing' OR building.retired_on > :on)
"""

_COUNTS = """
count(*), count(today.manager_kind), coalesce(sum(building.households), 0),
coalesce(sum(building.households) FILTER (WHERE today.manager_kind IS NOT NULL), 0)
"""

BY_COMMUNITY = text(f"""
SELECT building.community_code, {_COUNTS}
FROM building LEFT JOIN property_coverage AS today
    ON today.building_code = building.code AND today.covered @> CAST(:on AS date)
WHERE {STANDING} AND building.community_code IS NOT NULL
GROUP BY building.community_code ORDER BY building.community_code
""")

BY_GRID = text(f"""
WITH near AS MATERIALIZED (
    SELECT grid.code, grid.geom FROM micro_grid AS grid
    WHERE grid.in_force @> CAST(:at AS timestamptz) AND grid.id IN (
        SELECT beside.id FROM micro_grid AS asked JOIN micro_grid AS beside
            ON beside.geom && asked.geom
        WHERE asked.code = ANY (:codes) AND asked.in_force @> CAST(:at AS timestamptz))
), placed AS MATERIALIZED (
    SELECT building.code, min(near.code) AS grid_code
    FROM near JOIN building
        ON building.footprint && near.geom AND ST_Covers(near.geom, building.point)
    GROUP BY building.code
)
SELECT placed.grid_code, {_COUNTS}
FROM placed JOIN building ON building.code = ANY (ARRAY[placed.code]) {TODAY}
WHERE {STANDING} AND placed.grid_code = ANY (:codes)
GROUP BY placed.grid_code
""")
"""A point on a shared border, or under two grids, counts for the lowest code."""


@dataclass
class Known:
    """What is known of one state of the register on one day, by code."""

    communities: dict[str, Counts] | None = None
    grids: dict[str, Counts] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of_areas(
        self, session: Session, codes: Iterable[str], on: datetime.date, *, exact: bool
    ) -> list[Counts]:
        """Return the tallies of areas: of communities by their code, else of all that start so."""
        with self.lock:
            if self.communities is None:
                session.execute(FREELY)
                rows = session.execute(BY_COMMUNITY, {"on": on, "year": on.year})
                self.communities = {code: _counts(counts) for code, *counts in rows}
        if exact:
            return [self.communities.get(code, NOTHING) for code in codes]
        return _sums(self.communities, codes)

    def of_grids(
        self, session: Session, codes: list[str], on: datetime.date, at: datetime.datetime
    ) -> list[Counts]:
        """Return the tallies of grids in force at a moment."""
        unknown = [code for code in codes if code not in self.grids]
        if unknown:
            asked = {"codes": unknown, "on": on, "year": on.year, "at": at}
            session.execute(READILY)
            rows = session.execute(BY_GRID, asked)
            self.grids |= dict.fromkeys(unknown, NOTHING) | {
                code: _counts(counts) for code, *counts in rows
            }
        return [self.grids[code] for code in codes]


def _counts(row: Iterable[int]) -> Counts:
    buildings, covered, households, covered_households = row
    return int(buildings), int(covered), int(households), int(covered_households)


def _sums(communities: dict[str, Counts], codes: Iterable[str]) -> list[Counts]:
    """Add up, for each code, the communities that start with it."""
    ordered = sorted(communities)
    running: list[Counts] = [NOTHING]
    for code in ordered:
        a, b, c, d = running[-1]
        e, f, g, h = communities[code]
        running.append((a + e, b + f, c + g, d + h))
    told = []
    for code in codes:
        a, b, c, d = running[bisect_left(ordered, code)]
        e, f, g, h = running[bisect_left(ordered, code + chr(0x10FFFF))]
        told.append((e - a, f - b, g - c, h - d))
    return told
