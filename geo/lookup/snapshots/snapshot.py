"""The grids of one period and the areas around them: immutable, and safe to share by threads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.geometry.datums import Coords
from geo.lookup.index import point_query
from geo.lookup.index.cell_index import CellIndex
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.point_query import Method
from geo.lookup.snapshots.grid_index import GridIndex, Positions
from geo.lookup.snapshots.revision_timeline import RevisionPeriod
from geo.models import Level


@dataclass(frozen=True)
class AreaRef:
    """Level, code and name of an area."""

    level: Level
    code: str
    name: str


AreaPaths = Mapping[str, Sequence[AreaRef]]
"""For each community code, its areas from the city down to the community itself."""


@dataclass(frozen=True, eq=False)
class AreaIndex:
    """The names of areas, and an index of the communities' outlines for points outside grids."""

    area_paths: AreaPaths
    community_codes: Sequence[str] = ()
    """The codes of the communities in the index, in order."""
    community_index: CellIndex | None = None

    @property
    def nbytes(self) -> int:
        """The size of the index in bytes."""
        return self.community_index.nbytes if self.community_index is not None else 0

    def path_of(self, community_code: str | None) -> Sequence[AreaRef]:
        """Return the areas from the city down to a community; empty if it is unknown."""
        return () if community_code is None else self.area_paths.get(community_code, ())

    def path_at(self, lon: float, lat: float) -> Sequence[AreaRef]:
        """Return the areas that contain a point; on a shared border, those of the lowest code."""
        if self.community_index is None:
            return ()
        position = point_query.locate(self.community_index, lon, lat)
        return () if position == NOWHERE else self.path_of(self.community_codes[position])


@dataclass(frozen=True)
class LookupResult:
    """The grid of a point, None outside every grid; the areas around it; and how it lies there."""

    lon: float
    lat: float
    grid_code: str | None
    grid_name: str | None
    areas: Sequence[AreaRef]
    method: Method
    revision: int | None


@dataclass(frozen=True)
class NearestBorder:
    """The distance in metres to the nearest border, and the code of the grid beyond it, if any."""

    border_m: float
    neighbor: str | None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The grids and areas of one period."""

    period: RevisionPeriod
    index: GridIndex
    areas: AreaIndex = field(default_factory=lambda: AreaIndex({}))

    @property
    def revision(self) -> int | None:
        """The revision that is in force in the period."""
        return self.period.revision

    @property
    def codes(self) -> NDArray[np.object_]:
        """The grid codes by position. The last is None, so that NOWHERE (-1) gives None."""
        return self.index.codes

    @property
    def nbytes(self) -> int:
        """The memory of the grid index in bytes."""
        return self.index.nbytes

    def look_up(self, lon: float, lat: float) -> LookupResult:
        """Return the grid of a point in WGS 84; on a shared border, the one of the lowest code."""
        index = self.index
        position, method = index.locate(lon, lat)
        if position == NOWHERE:
            areas = self.areas.path_at(lon, lat)
            return LookupResult(lon, lat, None, None, areas, method, self.revision)
        return LookupResult(
            lon,
            lat,
            index.codes[position],
            index.names[position],
            self.areas.path_of(index.community_codes[position]),
            method,
            self.revision,
        )

    def assign_positions(self, coords: Coords) -> Positions:
        """Return for each of n points the position of its grid in `codes`: (n, 2) → (n,)."""
        return self.index.assign(coords)

    def assign_codes(self, coords: Coords) -> NDArray[np.object_]:
        """Return for each of n points the code of its grid, None outside: (n, 2) → (n,)."""
        return np.asarray(self.codes[self.assign_positions(coords)], dtype=object)

    def nearest_border(self, lon: float, lat: float) -> NearestBorder | None:
        """Return the nearest border of the grid of a point, or None outside every grid."""
        nearest = self.index.nearest_border(lon, lat)
        return None if nearest is None else NearestBorder(nearest[0], self.codes[nearest[1]])
