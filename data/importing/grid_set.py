"""The grids that files draw, and those in force beside them, as lists that go together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from data.reading.reader import Batch
from geo.grids.revisions import Outline

Geoms = NDArray[np.object_]


@dataclass(frozen=True)
class Drawn:
    """Some grids: one entry each in every list."""

    codes: Sequence[str] = ()
    names: Sequence[str | None] = ()
    communities: Sequence[str | None] = ()
    geoms: Geoms = field(default_factory=lambda: np.empty(0, dtype=object))
    places: Sequence[tuple[int, int] | None] = ()
    """The number of each grid's file and of its row in it; None for one that no file draws."""

    @classmethod
    def of_batch(cls, file_no: int, batch: Batch) -> "Drawn":
        """Return the good rows of a batch."""
        codes, names, communities = (
            batch.columns[name].to_pylist() for name in ("code", "name", "community_code")
        )
        places = [(file_no, int(row)) for row in batch.rows]
        geoms = batch.geometry if batch.geometry is not None else np.empty(0, dtype=object)
        return cls(codes, names, communities, geoms, places)

    @classmethod
    def in_force(cls, outlines: Mapping[str, Outline]) -> "Drawn":
        """Return grids of the register."""
        return cls(
            list(outlines),
            [outline.name for outline in outlines.values()],
            [outline.community_code for outline in outlines.values()],
            np.asarray(shapely.from_wkb([each.wkb for each in outlines.values()]), dtype=object),
            [None] * len(outlines),
        )

    def __len__(self) -> int:
        return len(self.codes)

    def __add__(self, other: "Drawn") -> "Drawn":
        return Drawn(
            [*self.codes, *other.codes],
            [*self.names, *other.names],
            [*self.communities, *other.communities],
            np.concatenate([self.geoms, other.geoms]),
            [*self.places, *other.places],
        )

    def only(self, keep: NDArray[np.bool_]) -> "Drawn":
        """Return the grids at which `keep` is true."""
        at: list[int] = np.flatnonzero(keep).tolist()
        return Drawn(
            [self.codes[i] for i in at],
            [self.names[i] for i in at],
            [self.communities[i] for i in at],
            self.geoms[at],
            [self.places[i] for i in at],
        )

    def like(self, outlines: Mapping[str, Outline]) -> "Drawn":
        """Return the grids with the register's shapes where only the order of corners differs."""
        held = [outlines[code].wkb if code in outlines else None for code in self.codes]
        shapes = np.asarray(shapely.from_wkb(held), dtype=object)
        alike = shapely.equals_exact(_whole(self.geoms), shapes, 0, normalize=True)
        return replace(self, geoms=np.where(alike, shapes, self.geoms))

    def of(self, community: str) -> NDArray[np.bool_]:
        """Tell which grids belong to a community."""
        return np.array([named == community for named in self.communities], dtype=np.bool_)

    def outlines(self) -> dict[str, Outline]:
        """Return each grid as the register holds it, by code."""
        wkb = shapely.to_wkb(_whole(self.geoms))
        return {
            code: Outline(name, community or "", bytes(shape))
            for code, name, community, shape in zip(
                self.codes, self.names, self.communities, wkb, strict=True
            )
        }


def _whole(geoms: Geoms) -> Geoms:
    """Return polygons as multipolygons."""
    whole = [shapely.MultiPolygon(list(shapely.get_parts(geom))) for geom in geoms]
    return np.array(whole, dtype=object)
