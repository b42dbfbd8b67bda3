"""A set of grids as parallel lists: grids read from files, or grids in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from data.reading.reader import RowBatch
from geo.grids.revisions import GridVersion

Geoms = NDArray[np.object_]


@dataclass(frozen=True)
class GridSet:
    """Some grids; every list has one entry for each grid."""

    codes: Sequence[str] = ()
    names: Sequence[str | None] = ()
    communities: Sequence[str | None] = ()
    geoms: Geoms = field(default_factory=lambda: np.empty(0, dtype=object))
    positions: Sequence[tuple[int, int] | None] = ()
    """The number of the file and of the row in it; None for a grid that is not from a file."""

    @classmethod
    def from_batch(cls, file_no: int, batch: RowBatch) -> "GridSet":
        """Return the valid rows of a batch."""
        codes, names, communities = (
            batch.columns[name].to_pylist() for name in ("code", "name", "community_code")
        )
        positions = [(file_no, int(row)) for row in batch.row_numbers]
        geoms = batch.geometry if batch.geometry is not None else np.empty(0, dtype=object)
        return cls(codes, names, communities, geoms, positions)

    @classmethod
    def from_versions(cls, versions: Mapping[str, GridVersion]) -> "GridSet":
        """Return stored grids, by their codes."""
        return cls(
            list(versions),
            [version.name for version in versions.values()],
            [version.community_code for version in versions.values()],
            np.asarray(
                shapely.from_wkb([version.wkb for version in versions.values()]), dtype=object
            ),
            [None] * len(versions),
        )

    def __len__(self) -> int:
        return len(self.codes)

    def __add__(self, other: "GridSet") -> "GridSet":
        return GridSet(
            [*self.codes, *other.codes],
            [*self.names, *other.names],
            [*self.communities, *other.communities],
            np.concatenate([self.geoms, other.geoms]),
            [*self.positions, *other.positions],
        )

    def filter(self, mask: NDArray[np.bool_]) -> "GridSet":
        """Return the grids for which the mask is true."""
        at: list[int] = np.flatnonzero(mask).tolist()
        return GridSet(
            [self.codes[i] for i in at],
            [self.names[i] for i in at],
            [self.communities[i] for i in at],
            self.geoms[at],
            [self.positions[i] for i in at],
        )

    def equals_stored(self, versions: Mapping[str, GridVersion]) -> NDArray[np.bool_]:
        """Return which geometries equal the stored ones, whatever the order of corners, (n,)."""
        return np.asarray(
            shapely.equals_exact(_to_multi(self.geoms), self._stored(versions), 0, normalize=True),
            dtype=np.bool_,
        )

    def with_stored_geometries(self, versions: Mapping[str, GridVersion]) -> "GridSet":
        """Use the stored geometry of a grid if only the order of corners differs from it."""
        is_equal = self.equals_stored(versions)
        return replace(self, geoms=np.where(is_equal, self._stored(versions), self.geoms))

    def _stored(self, versions: Mapping[str, GridVersion]) -> Geoms:
        wkb = [versions[code].wkb if code in versions else None for code in self.codes]
        return np.asarray(shapely.from_wkb(wkb), dtype=object)

    def is_in(self, community: str) -> NDArray[np.bool_]:
        """Return which grids belong to a community, (n,)."""
        return np.array([code == community for code in self.communities], dtype=np.bool_)

    def to_versions(self) -> dict[str, GridVersion]:
        """Return each grid as a version to be stored, by code."""
        wkb = shapely.to_wkb(_to_multi(self.geoms))
        return {
            code: GridVersion(name, community or "", bytes(geometry))
            for code, name, community, geometry in zip(
                self.codes, self.names, self.communities, wkb, strict=True
            )
        }


def _to_multi(geoms: Geoms) -> Geoms:
    """Return polygons as multipolygons."""
    multi = [shapely.MultiPolygon(list(shapely.get_parts(geom))) for geom in geoms]
    return np.array(multi, dtype=object)
