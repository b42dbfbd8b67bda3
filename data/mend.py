"""Repair geometry: outlines one by one, and partitions whose neighbours disagree."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.faults import Notes

Geoms = NDArray[np.object_]


@dataclass(frozen=True)
class Outlines:
    """Repaired outlines, None where nothing is left, and how far each had to move."""

    geoms: Geoms
    moved_m: NDArray[np.float64]
    changed_m2: NDArray[np.float64]

    def note(self, notes: Notes) -> None:
        """Tell what was repaired."""
        notes.add("Outlines were repaired", len(self.geoms))


METRES = 111_320.0


def outlines(geoms: Geoms) -> Outlines:
    """Return valid polygons for invalid ones."""
    mended = np.asarray(
        shapely.make_valid(geoms, method="structure", keep_collapsed=False), dtype=object
    )
    mended[shapely.is_empty(mended)] = None
    moved = np.nan_to_num(shapely.hausdorff_distance(geoms, mended)) * METRES
    changed = np.zeros(len(geoms))
    return Outlines(mended, moved, changed)
