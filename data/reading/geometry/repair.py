"""Repair outlines one by one: valid polygons for invalid ones, and how much that changed."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from data.row_errors import Notes

Geoms = NDArray[np.object_]
Floats = NDArray[np.float64]

_GEOD = Geod(ellps="WGS84")
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Outlines:
    """Repaired outlines, None where nothing is left, and how much each one changed."""

    geoms: Geoms
    moved_m: Floats
    """How far the corners of the old and the new outline lie from the other at most."""
    changed_m2: Floats
    """How much the area differs."""

    def note(self, notes: Notes) -> None:
        """Tell what was repaired."""
        for geometry, moved, changed in zip(self.geoms, self.moved_m, self.changed_m2, strict=True):
            if geometry is not None:
                notes.repairs.add(moved, changed)


def outlines(geoms: Geoms) -> Outlines:
    """Return valid polygons for invalid polygons in degrees, (n,) → (n,).

    Shells stay shells and holes stay holes (GEOS, method "structure"): loops that an outline
    crosses itself in are merged, spikes fall away. Where no area is left the result is None.
    """
    mended = np.asarray(
        shapely.make_valid(geoms, method="structure", keep_collapsed=False), dtype=object
    )
    polygons = np.isin(shapely.get_type_id(mended), (3, 6)) & ~shapely.is_empty(mended)
    mended[~polygons] = None
    return Outlines(mended, _moved(geoms, mended), np.abs(_areas(mended) - _areas(geoms)))


def _moved(before: Geoms, after: Geoms) -> Floats:
    """Return the Hausdorff distances of corners in metres, 0 where there is nothing to compare."""
    lat = np.nan_to_num((shapely.bounds(before)[:, 1] + shapely.bounds(before)[:, 3]) / 2)
    scale = np.cos(np.radians(lat))
    found = [
        apart(_metric(old, shrink), _metric(new, shrink))
        for old, new, shrink in zip(before, after, scale, strict=True)
    ]
    return np.nan_to_num(np.array(found, dtype=np.float64))


def apart(one: Any, other: Any) -> float:
    """Return how far a corner of one polygon lies from the other's border at most, either way.

    NaN where one of them is empty or missing. What `shapely.hausdorff_distance` gives, by a tree:
    without one a city's worth of outlines in a single feature takes minutes.
    """
    return max(_beyond(one, other), _beyond(other, one))


def _beyond(one: Any, other: Any) -> float:
    coords, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(other)), return_index=True
    )
    same = ring[1:] == ring[:-1]
    pairs = np.stack([coords[:-1][same], coords[1:][same]], axis=1)
    corners = np.asarray(shapely.points(shapely.get_coordinates(one)), dtype=object)
    if not len(pairs) or not len(corners):
        return math.nan
    border = np.asarray(shapely.linestrings(pairs), dtype=object)
    _, distances = shapely.STRtree(border).query_nearest(
        corners, return_distance=True, all_matches=False
    )
    return float(distances.max())


def _metric(geometry: Any, shrink: float) -> Any:
    scale = np.array([_METRES_PER_DEGREE * shrink, _METRES_PER_DEGREE])
    return shapely.transform(geometry, lambda coords: coords * scale)


def _areas(geoms: Geoms) -> Floats:
    """Return geodesic areas in square metres, as the rings of each outline sum up to."""
    return np.array(
        [abs(_GEOD.geometry_area_perimeter(g)[0]) if g is not None else 0.0 for g in geoms]
    )
