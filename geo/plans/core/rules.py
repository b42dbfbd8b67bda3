"""Checks of the grids of a plan: errors prevent publication, warnings do not."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import pi
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry import planar_area, topology
from geo.geometry.topology import GEOD, Geoms
from geo.plans.core.noding import edges_of, unique_edges
from geo.plans.core.partition import Partition, grid_geometries
from geo.plans.core.voronoi import BuildingCounts, Buildings, count_buildings
from geo.quality import tiling
from geo.quality.findings import MIN_ASTRIDE_M2, Finding

CountRange = tuple[int | None, int | None]
"""The minimum and the maximum; None is no bound."""
MIN_COMPACTNESS = 0.1
"""A grid is long and thin below this isoperimetric quotient, 4πA/P²: 1 for a circle, 0.79 for a
square, 0.1 for a strip 29 times as long as wide (Polsby and Popper 1991)."""
AREA_MARGIN = 1.01
"""More than the difference between an area inside straight edges and one inside geodesics."""
MIN_PERIMETER_M = 1e-9
"""Stands for the perimeter of an empty polygon."""


@dataclass(frozen=True)
class Limits:
    """How many buildings and households a grid should have."""

    buildings: CountRange = (None, None)
    households: CountRange = (None, None)


def check_partition(
    partition: Partition,
    buildings: Buildings,
    limits: Limits,
    counts: BuildingCounts | None = None,
) -> list[Finding]:
    """Return the findings about the grids of a community: errors first, by kind and code.

    Each has a geometry. Sizes are m² on the ellipsoid, metres, or counts. `counts` are those of
    `count_buildings`, which are computed if not given.
    """
    geoms = grid_geometries(partition)
    is_valid = shapely.is_valid(geoms)
    findings = [
        *_check_validity(partition, is_valid),
        *_check_parts(partition, geoms),
        *_check_compactness(partition, geoms),
        *_check_sizes(partition, counts or count_buildings(partition, buildings), limits),
    ]
    if len(geoms) and is_valid.all():
        findings += _check_tiling(partition, geoms)
        findings += _check_astride(partition, geoms, buildings)
    return sorted(findings, key=lambda one: (not one.is_error, one.kind, one.codes))


def _check_validity(partition: Partition, is_valid: NDArray[np.bool_]) -> Iterator[Finding]:
    for code in itertools.compress(partition.grids, ~is_valid):
        yield _finding(partition.grids[code].geom, "grid_invalid", True, (code,), 1, "×")


def _check_tiling(partition: Partition, geoms: Geoms) -> Iterator[Finding]:
    outlines = {partition.community: partition.outline}
    communities = [partition.community] * len(geoms)
    yield from tiling.check_tiling(list(partition.grids), geoms, communities, outlines)


def _check_parts(partition: Partition, geoms: Geoms) -> Iterator[Finding]:
    """Yield each part of a grid except its largest."""
    for code in itertools.compress(partition.grids, shapely.get_num_geometries(geoms) > 1):
        geom = partition.grids[code].geom
        parts = sorted(shapely.get_parts(geom), key=topology.area_m2, reverse=True)
        for part in parts[1:]:
            yield _finding(part, "grid_in_parts", False, (code,), topology.area_m2(part), "m²")


def _check_compactness(partition: Partition, geoms: Geoms) -> Iterator[Finding]:
    codes = list(partition.grids)
    longest_m = shapely.length(geoms) * topology.LONGEST_DEGREE_M
    at_least = 4 * pi * planar_area.areas_m2(geoms) / np.maximum(longest_m, MIN_PERIMETER_M) ** 2
    for position in np.flatnonzero(at_least < MIN_COMPACTNESS * AREA_MARGIN).tolist():
        code, grid = codes[position], partition.grids[codes[position]]
        area, perimeter = GEOD.geometry_area_perimeter(grid.geom)
        compactness = 4 * pi * abs(area) / perimeter**2 if perimeter else 0.0
        if compactness < MIN_COMPACTNESS:
            yield _finding(grid.geom, "grid_long_thin", False, (code,), compactness, "")


def _check_astride(partition: Partition, geoms: Geoms, buildings: Buildings) -> Iterator[Finding]:
    codes = list(partition.grids)
    borders = np.asarray(shapely.linestrings(unique_edges(edges_of(geoms))), dtype=object)
    crossed = np.unique(buildings.footprint_tree.query(borders, predicate="intersects")[1])
    near, grid = shapely.STRtree(geoms).query(buildings.footprints[crossed], "intersects")
    building = crossed[near]
    shared = shapely.intersection(geoms[grid], buildings.footprints[building])
    sizes = planar_area.areas_m2(shared)
    parts_of: dict[int, list[tuple[float, str]]] = {}
    for position, own, size in zip(building.tolist(), grid.tolist(), sizes.tolist(), strict=True):
        if size > MIN_ASTRIDE_M2:
            parts_of.setdefault(position, []).append((size, codes[own]))
    for position, parts in parts_of.items():
        if len(parts) < 2:
            continue
        parts.sort(key=lambda part: (-part[0], part[1]))
        named = (buildings.codes[position], *(code for _, code in parts))
        outside_m2 = sum(size for size, _ in parts[1:])
        footprint = buildings.footprints[position]
        yield _finding(footprint, "building_astride_grids", False, named, outside_m2, "m²")


def _check_sizes(partition: Partition, counts: BuildingCounts, limits: Limits) -> Iterator[Finding]:
    columns = (column.tolist() for column in counts)
    for (code, grid), building_count, household_count in zip(
        partition.grids.items(), *columns, strict=True
    ):
        if not building_count:
            yield _finding(grid.geom, "grid_empty", False, (code,), 0, "buildings")
            continue
        for unit, count, (least, most) in (
            ("buildings", building_count, limits.buildings),
            ("households", household_count, limits.households),
        ):
            if least is not None and count < least:
                small = _finding(grid.geom, "grid_too_small", False, (code,), count, unit)
                yield replace(small, limit=least)
            if most is not None and count > most:
                large = _finding(grid.geom, "grid_too_large", False, (code,), count, unit)
                yield replace(large, limit=most)


def _finding(
    geom: Any,
    kind: str,
    is_error: bool,
    codes: tuple[str, ...],
    size: float,
    unit: str,
) -> Finding:
    """Return a finding with a point inside its geometry."""
    point = geom.representative_point() if geom.is_valid else geom.centroid
    if point.is_empty:
        point = shapely.Point(shapely.get_coordinates(geom)[0])
    return Finding(kind, is_error, codes, size, unit, point.x, point.y, geom)
