"""What differs between two sets of grids, and which ground came from which grid."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from geo import topology
from geo.plans.partition import Grid


@dataclass(frozen=True)
class Delta:
    """A grid before and after; `~delta` undoes it."""

    code: str
    old: Grid | None
    new: Grid | None

    def __invert__(self) -> "Delta":
        return Delta(self.code, self.new, self.old)

    @property
    def kinds(self) -> frozenset[str]:
        """What happened: added, removed, or redrawn and renamed."""
        if self.old is None or self.new is None:
            return frozenset({"added" if self.old is None else "removed"})
        redrawn = shapely.to_wkb(self.old.geom) != shapely.to_wkb(self.new.geom)
        told = {"redrawn": redrawn, "renamed": self.old.name != self.new.name}
        return frozenset(kind for kind, is_so in told.items() if is_so)

    @property
    def moved_m2(self) -> float:
        """The ground that came or went; 0 where a border only received a corner."""
        nothing = shapely.Polygon()
        old = self.old.geom if self.old else nothing
        new = self.new.geom if self.new else nothing
        moved = shapely.symmetric_difference(old, new)
        area = topology.area_m2(moved)
        return area if area > topology.NOTHING_M2 else 0.0


@dataclass(frozen=True)
class Descent:
    """The share of a grid's ground that went to another grid, or stayed with it."""

    from_code: str
    to_code: str
    share: float


def diff(before: Mapping[str, Grid], after: Mapping[str, Grid]) -> list[Delta]:
    """Return the grids that differ, by rising code."""
    every = sorted({*before, *after})
    pairs = [Delta(code, before.get(code), after.get(code)) for code in every]
    return [pair for pair in pairs if pair.old != pair.new]


def lineage(before: Mapping[str, Grid], after: Mapping[str, Grid]) -> list[Descent]:
    """Return which ground came from which grid, for the grids that differ, by rising code."""
    deltas = diff(before, after)
    old = {delta.code: delta.old.geom for delta in deltas if delta.old is not None}
    new = {delta.code: delta.new.geom for delta in deltas if delta.new is not None}
    tree = shapely.STRtree(np.array(list(new.values()), dtype=object))
    found = []
    for code, ground in old.items():
        whole = topology.area_m2(ground)
        for position in sorted(tree.query(ground, predicate="intersects").tolist()):
            to_code = list(new)[position]
            shared = topology.area_m2(shapely.intersection(ground, new[to_code]))
            if shared > topology.NOTHING_M2:
                found.append(Descent(code, to_code, shared / whole))
    return found
