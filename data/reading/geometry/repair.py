"""Repair invalid polygons one by one, and measure how much that changes them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from data.reading.notes import Notes

Geoms = NDArray[np.object_]
Floats = NDArray[np.float64]

_GEOD = Geod(ellps="WGS84")
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class RepairedPolygons:
    """Repaired polygons, None where no area remains, and how much each one changed."""

    geoms: Geoms
    moved_m: Floats
    """Hausdorff distance between the vertices of one polygon and the border of the other."""
    changed_m2: Floats
    """Difference in area."""

    def add_to(self, notes: Notes) -> None:
        """Add the repairs to the notes."""
        for geometry, moved, changed in zip(self.geoms, self.moved_m, self.changed_m2, strict=True):
            if geometry is not None:
                notes.repairs.add(moved, changed)


def repair_polygons(geoms: Geoms) -> RepairedPolygons:
    """Return valid polygons for invalid polygons in degrees, (n,) → (n,).

    Shells stay shells and holes stay holes (GEOS, method "structure"): loops of a border that
    crosses itself are merged, spikes are removed. The result is None where no area remains.
    """
    repaired = np.asarray(
        shapely.make_valid(geoms, method="structure", keep_collapsed=False), dtype=object
    )
    has_area = np.isin(shapely.get_type_id(repaired), (3, 6)) & ~shapely.is_empty(repaired)
    repaired[~has_area] = None
    changed_m2 = np.abs(_areas_m2(repaired) - _areas_m2(geoms))
    return RepairedPolygons(repaired, _distances_m(geoms, repaired), changed_m2)


def _distances_m(before: Geoms, after: Geoms) -> Floats:
    """Return the Hausdorff distances in metres, 0 where there is nothing to compare."""
    bounds = shapely.bounds(before)
    cos_lat = np.cos(np.radians(np.nan_to_num((bounds[:, 1] + bounds[:, 3]) / 2)))
    distances = [
        hausdorff_distance(_to_metres(old, scale), _to_metres(new, scale))
        for old, new, scale in zip(before, after, cos_lat, strict=True)
    ]
    return np.nan_to_num(np.array(distances, dtype=np.float64))


def hausdorff_distance(one: Any, other: Any) -> float:
    """Return the largest distance of a vertex of one polygon from the other's border, both ways.

    NaN where one of them is empty or missing. Equals `shapely.hausdorff_distance`, but uses a
    spatial index: without it a feature with all the buildings of a city takes minutes.
    """
    return max(_directed_distance(one, other), _directed_distance(other, one))


def _directed_distance(one: Any, other: Any) -> float:
    coords, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(other)), return_index=True
    )
    same_ring = ring[1:] == ring[:-1]
    segments = np.stack([coords[:-1][same_ring], coords[1:][same_ring]], axis=1)
    vertices = np.asarray(shapely.points(shapely.get_coordinates(one)), dtype=object)
    if not len(segments) or not len(vertices):
        return math.nan
    border = np.asarray(shapely.linestrings(segments), dtype=object)
    _, distances = shapely.STRtree(border).query_nearest(
        vertices, return_distance=True, all_matches=False
    )
    return float(distances.max())


def _to_metres(geometry: Any, cos_lat: float) -> Any:
    scale = np.array([_METRES_PER_DEGREE * cos_lat, _METRES_PER_DEGREE])
    return shapely.transform(geometry, lambda coords: coords * scale)


def _areas_m2(geoms: Geoms) -> Floats:
    """Return geodesic areas in square metres, as the sum of the rings of each polygon."""
    return np.array(
        [abs(_GEOD.geometry_area_perimeter(g)[0]) if g is not None else 0.0 for g in geoms]
    )
