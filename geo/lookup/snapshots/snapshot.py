"""The grids of one moment and the areas around them: what lookups read, and nothing changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.geometry.datums import Coords
from geo.lookup.index import point_query
from geo.lookup.index.cell_index import CellIndex
from geo.lookup.index.edges import NOWHERE
from geo.lookup.index.point_query import Method
from geo.lookup.snapshots.index_overlay import Positions, Sheet
from geo.lookup.snapshots.revision_timeline import Period
from geo.models import Level


@dataclass(frozen=True)
class Plate:
    """The name plate of an area."""

    level: Level
    code: str
    name: str


Plates = Mapping[str, Sequence[Plate]]
"""For each community the areas whose code its own starts with, the city first, itself last."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The areas: what they are called, and where the communities lie."""

    plates: Plates
    codes: Sequence[str] = ()
    """Of the communities whose outline is known, rising."""
    outlines: CellIndex | None = None
    """The index of those outlines, for points in no grid."""

    @property
    def nbytes(self) -> int:
        """The memory that it holds."""
        return self.outlines.nbytes if self.outlines is not None else 0

    def above(self, community: str | None) -> Sequence[Plate]:
        """Return the areas that a community lies in, itself last; none if it is unknown."""
        return () if community is None else self.plates.get(community, ())

    def around(self, lon: float, lat: float) -> Sequence[Plate]:
        """Return the areas of the community whose outline covers a point, the lowest code's."""
        if self.outlines is None:
            return ()
        position = point_query.locate(self.outlines, lon, lat)
        return () if position == NOWHERE else self.above(self.codes[position])


@dataclass(frozen=True)
class Place:
    """Where a point lies: its grid, or None, the areas around it, and how that was decided."""

    lon: float
    lat: float
    code: str | None
    name: str | None
    areas: Sequence[Plate]
    method: Method
    revision: int | None


@dataclass(frozen=True)
class Border:
    """The border nearest to a point: how far in metres, and the grid beyond it, if any."""

    border_m: float
    neighbor: str | None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The grids of a period, ready to be asked."""

    period: Period
    sheet: Sheet
    ground: Ground = field(default_factory=lambda: Ground({}))

    @property
    def revision(self) -> int | None:
        """The revision that its answers are from."""
        return self.period.revision

    @property
    def codes(self) -> NDArray[np.object_]:
        """The codes that positions lead to; the last is None, so that NOWHERE (-1) leads to it."""
        return self.sheet.codes

    @property
    def nbytes(self) -> int:
        """The memory that its grids hold."""
        return self.sheet.nbytes

    def look_up(self, lon: float, lat: float) -> Place:
        """Return where a point in WGS 84 lies; on a shared border it is the lowest code's."""
        sheet = self.sheet
        position, method = sheet.place(lon, lat)
        if position == NOWHERE:
            areas = self.ground.around(lon, lat)
            return Place(lon, lat, None, None, areas, method, self.revision)
        return Place(
            lon,
            lat,
            sheet.codes[position],
            sheet.names[position],
            self.ground.above(sheet.communities[position]),
            method,
            self.revision,
        )

    def positions(self, coords: Coords) -> Positions:
        """Return the position among `codes` of the grid of each of n points: (n, 2) → (n,)."""
        return self.sheet.assign(coords)

    def assign(self, coords: Coords) -> NDArray[np.object_]:
        """Return the code of the grid of each of n points, None outside: (n, 2) → (n,)."""
        return np.asarray(self.codes[self.positions(coords)], dtype=object)

    def border(self, lon: float, lat: float) -> Border | None:
        """Return the nearest border of a point's grid, or None outside every grid."""
        found = self.sheet.border(lon, lat)
        return None if found is None else Border(found[0], self.codes[found[1]])
