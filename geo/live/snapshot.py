"""The grids of one revision, compiled: what every lookup reads, and nothing changes."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.datums import Coords
from geo.lookup import border, cells, search
from geo.lookup.cells import CellIndex
from geo.lookup.edges import NOWHERE
from geo.lookup.search import Method
from geo.models import Level

Geoms = NDArray[np.object_]


@dataclass(frozen=True)
class Plate:
    """The name plate of an area."""

    level: Level
    code: str
    name: str


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
    """The grids in force from `since` until `until` (None: no end is known), by rising code."""

    revision: int | None
    since: datetime.datetime
    until: datetime.datetime | None
    codes: NDArray[np.object_]
    """One more than there are grids: the last is None, so that NOWHERE (-1) leads to it."""
    names: Sequence[str | None]
    above: Sequence[Sequence[Plate]]
    """For each grid the areas it lies in, the city first."""
    index: CellIndex
    outlines: CellIndex
    """Of the communities, for points in no grid."""
    around: Sequence[Sequence[Plate]]
    """For each of those communities the areas that it lies in, itself last."""

    @property
    def nbytes(self) -> int:
        """The memory that its indexes hold."""
        return self.index.nbytes + self.outlines.nbytes

    def covers(self, moment: datetime.datetime) -> bool:
        """Tell whether these are the grids in force at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)

    def look_up(self, lon: float, lat: float) -> Place:
        """Return where a point in WGS 84 lies; on a shared border it is the lowest code's."""
        position, method = search.place(self.index, lon, lat)
        if position == NOWHERE:
            community = search.locate(self.outlines, lon, lat)
            areas = self.around[community] if community != NOWHERE else ()
            return Place(lon, lat, None, None, areas, method, self.revision)
        return Place(
            lon,
            lat,
            self.codes[position],
            self.names[position],
            self.above[position],
            method,
            self.revision,
        )

    def positions(self, coords: Coords) -> NDArray[np.int32]:
        """Return the position among `codes` of the grid of each of n points: (n, 2) → (n,)."""
        return search.assign(self.index, coords)

    def assign(self, coords: Coords) -> NDArray[np.object_]:
        """Return the code of the grid of each of n points, None outside: (n, 2) → (n,)."""
        return np.asarray(self.codes[self.positions(coords)], dtype=object)

    def border(self, lon: float, lat: float) -> Border | None:
        """Return the nearest border of a point's grid, or None outside every grid."""
        point = np.array([[lon, lat]])
        if search.locate(self.index, lon, lat) == NOWHERE:
            return None
        [metres], [neighbor] = border.border(self.index, point)
        return Border(float(metres), self.codes[neighbor])


@dataclass(frozen=True)
class Rows:
    """What a snapshot is compiled from, as the database has it."""

    revision: int | None
    since: datetime.datetime
    until: datetime.datetime | None
    codes: Sequence[str]
    names: Sequence[str | None]
    communities: Sequence[str]
    geoms: Geoms
    plates: Mapping[str, Sequence[Plate]]
    """For each community the areas that it lies in, itself last."""
    outlined: Sequence[str]
    outlines: Geoms


def compile(rows: Rows, memory_bytes: int | None = None) -> Snapshot:
    """Return the snapshot of some rows; each of its two indexes fits into `memory_bytes`."""
    return Snapshot(
        revision=rows.revision,
        since=rows.since,
        until=rows.until,
        codes=np.array([*rows.codes, None], dtype=object),
        names=rows.names,
        above=[rows.plates.get(code, ()) for code in rows.communities],
        index=cells.build(rows.geoms, memory_bytes=memory_bytes),
        outlines=cells.build(rows.outlines, memory_bytes=memory_bytes),
        around=[rows.plates[code] for code in rows.outlined],
    )
