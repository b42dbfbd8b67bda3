"""Imported grids, stored grids and outlines get the corners of each other on their edges."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely

from data.importing.grid_set import GridSet
from data.partitions import corners
from data.partitions.corners import Bools, Coords, Plane
from data.reading.geometry.crs import SourceCrs
from geo.geometry import topology
from geo.grids.revisions import GridVersion

Outlines = Mapping[str, shapely.Geometry]


def share_corners(
    imported: GridSet,
    systems: Sequence[SourceCrs],
    current: Mapping[str, GridVersion],
    outlines: Outlines,
) -> GridSet:
    """Return the imported grids with rounded corners, and with those of neighbours on their edges.

    `systems` has the reference system of each file. Corners are inserted in the plane of the file,
    because its edges are straight there. A grid that equals the stored one stays as it is stored,
    unless a changed grid has a corner on its border.
    """
    stored = shapely.get_coordinates(GridSet.from_versions(current).geoms)
    fixed = _unique(stored, shapely.get_coordinates(list(outlines.values())))
    rounded = replace(imported, geoms=corners.round_corners(imported.geoms, fixed))
    changed = ~rounded.equals_stored(current)
    if not changed.any():
        return rounded
    geoms = rounded.geoms.copy()
    for plane, members in _planes(rounded, systems):
        other = shapely.get_coordinates(geoms[~members])
        extra = _unique(other, fixed)
        geoms[members] = corners.insert_corners(geoms[members], plane, extra, changed[members])
    return replace(rounded, geoms=geoms)


def bend(
    changed: GridSet, systems: Sequence[SourceCrs], others: Outlines
) -> dict[str, shapely.Geometry]:
    """Return those of other polygons that must follow corners of the changed grids, by code.

    A straight edge of an outline or a neighbor in the plane of the file is not straight in
    degrees: the corners of changed grids that lie on it there are inserted.
    """
    before = np.array(list(others.values()), dtype=object)
    bent = before
    for plane, members in _planes(changed, systems):
        points = _unique(shapely.get_coordinates(changed.geoms[members]))
        bent = corners.give_corners(bent, plane, points)
    return {
        code: new
        for code, old, new in zip(others, before, bent, strict=True)
        if new is not old and topology.has_patch(shapely.symmetric_difference(old, new))
    }


def _planes(grids: GridSet, systems: Sequence[SourceCrs]) -> list[tuple[Plane, Bools]]:
    """Return the plane of each reference system, and which grids are from files in it."""
    keys = [systems[position[0]].key if position else None for position in grids.positions]
    by_key = {system.key: system for system in systems}
    return [
        (system.from_wgs84, members)
        for key, system in by_key.items()
        if (members := np.array([one == key for one in keys], dtype=np.bool_)).any()
    ]


def _unique(*coords: Coords) -> Coords:
    return np.asarray(np.unique(np.concatenate(coords).reshape(-1, 2), axis=0), dtype=np.float64)
