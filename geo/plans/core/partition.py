"""The grids of one community as a frozen value that tiles its ground."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import shapely

from geo.errors import NotFound
from geo.geometry import topology
from geo.geometry.topology import Geoms


class NotInPartition(NotFound):
    """The community has no grid of this code at this point of the plan."""

    code = "grid_not_in_partition"


@dataclass(frozen=True)
class Grid:
    """A grid: its name and its ground, in exact doubles."""

    name: str | None
    geom: shapely.Polygon | shapely.MultiPolygon

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grid) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str | None, bytes]:
        return self.name, shapely.to_wkb(self.geom)


@dataclass(frozen=True)
class Partition:
    """The grids of a community by rising code, and every code ever taken there."""

    community: str
    outline: shapely.Geometry
    """The ground to be tiled: the community's outline, or else the union of its grids."""
    grids: Mapping[str, Grid]
    used: frozenset[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "grids", MappingProxyType(dict(sorted(self.grids.items()))))
        object.__setattr__(self, "used", self.used | self.grids.keys())

    def grid(self, code: str) -> Grid:
        """Return the grid of this code. Raises NotInPartition."""
        if code not in self.grids:
            raise NotInPartition(
                f"Community {self.community} has no grid {code} here.",
                hint=f"It has {', '.join(self.grids) or 'none'}.",
            )
        return self.grids[code]

    def with_grids(self, grids: Mapping[str, Grid]) -> "Partition":
        """Return the partition with other grids; the codes it had stay used."""
        return replace(self, grids=grids)


def shapes(partition: Partition) -> Geoms:
    """Return the ground of the grids, by rising code."""
    return np.array([grid.geom for grid in partition.grids.values()], dtype=object)


def same_ground(before: Partition, after: Partition) -> bool:
    """Tell whether grids tile, corner for corner, the very ground that they tiled before."""
    return tiles_ground(shapes(after), topology.union(shapes(before)))


def tiles_ground(geoms: Geoms, ground: shapely.Geometry) -> bool:
    """Tell whether polygons tile a piece of ground, corner for corner, but for rounding."""
    if not (shapely.is_valid(geoms).all() and topology.tiles(geoms)):
        return False
    changed = shapely.symmetric_difference(ground, topology.union(geoms))
    return topology.area_m2(changed) < topology.NOTHING_M2
