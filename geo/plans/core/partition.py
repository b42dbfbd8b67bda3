"""The grids of one community as an immutable value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely

from geo.errors import NotFound
from geo.geometry import topology
from geo.geometry.topology import Geoms
from geo.quality import tiling

Polygonal = shapely.Polygon | shapely.MultiPolygon


class NotInPartition(NotFound):
    """The community has no grid of this code at this point of the plan."""

    code = "grid_not_in_partition"


@dataclass(frozen=True)
class Grid:
    """A grid: its name and its geometry, in exact doubles.

    A geometry that was rounded keeps its precision, which GEOS applies to whatever is computed from
    it. Stored geometries have none, so grids have none: else a replay would have other coordinates.
    """

    name: str | None
    geom: Polygonal

    def __post_init__(self) -> None:
        if shapely.get_precision(self.geom):
            exact = shapely.set_precision(self.geom, 0, mode="pointwise")
            object.__setattr__(self, "geom", exact)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grid) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str | None, bytes]:
        return self.name, shapely.to_wkb(self.geom)


@dataclass(frozen=True)
class Partition:
    """The grids of a community in order of code, and every code ever used there."""

    community: str
    outline: shapely.Geometry
    """The area to be tiled: the community's outline, or else the union of its grids."""
    grids: Mapping[str, Grid]
    used: frozenset[str]
    originals: Mapping[str, Grid] = field(default_factory=dict, compare=False)
    """Grids as they were before a run of transfers: what comes back to them is what they gave."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "grids", MappingProxyType(dict(sorted(self.grids.items()))))
        object.__setattr__(self, "used", self.used | self.grids.keys())

    def grid(self, code: str) -> Grid:
        """Return the grid of this code. Raises NotInPartition."""
        if code not in self.grids:
            raise NotInPartition(
                f"Community {self.community} has no grid {code} at this point of the plan.",
                hint=f"It has {', '.join(self.grids) or 'none'}.",
            )
        return self.grids[code]

    def with_grids(self, grids: Mapping[str, Grid]) -> "Partition":
        """Return the partition with other grids; its used codes stay used.

        Grids that were redrawn, and those that are gone, have no original any more.
        """
        originals = {
            code: original
            for code, original in self.originals.items()
            if code in grids and code in self.grids and grids[code].geom is self.grids[code].geom
        }
        return replace(self, grids=grids, originals=originals)

    def after_transfer(self, before: "Partition") -> "Partition":
        """Return the partition after a transfer: originals are the grids before the first one."""
        return replace(self, originals={**before.grids, **before.originals})


def grid_geometries(partition: Partition) -> Geoms:
    """Return the geometries of the grids, in order of code."""
    return np.array([grid.geom for grid in partition.grids.values()], dtype=object)


def covers_same_area(before: Partition, after: Partition) -> bool:
    """Return whether grids tile exactly the area that they tiled before.

    Grids that did not change are compared only where they meet one that did.
    """
    old, new = ({id(grid.geom) for grid in side.grids.values()} for side in (before, after))
    left = [grid.geom for grid in before.grids.values() if id(grid.geom) not in new]
    came = [grid.geom for grid in after.grids.values() if id(grid.geom) not in old]
    if len(new) < len(after.grids):
        return False
    if not left and not came:
        return True
    geoms = grid_geometries(after)
    near = np.unique(shapely.STRtree(geoms).query(np.array(left + came), "intersects")[1])
    return tiling.is_sound(geoms[near]) and tiling.tiles_outline(
        np.array(came, dtype=object), topology.union(np.array(left, dtype=object))
    )


def unwrap_single_parts(geoms: Any) -> list[Polygonal]:
    """Return polygons and multipolygons, as polygons where they have one part.

    So equal areas compare equal.
    """
    geoms = np.asarray(geoms, dtype=object)
    is_single = shapely.get_num_geometries(geoms) == 1
    unwrapped: list[Polygonal]
    unwrapped = np.where(is_single, shapely.get_geometry(geoms, 0), geoms).tolist()
    return unwrapped
