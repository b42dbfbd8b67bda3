"""What grids should be like, and where those of a plan are not: errors block, warnings tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import pi
from typing import Any

import shapely

from geo.geometry import topology
from geo.geometry.topology import GEOD, Patch
from geo.plans.core.partition import Partition, shapes
from geo.plans.core.voronoi import Buildings, holders
from geo.quality.findings import Finding

Range = tuple[int | None, int | None]
"""The least and the most; None is no bound."""
SLIVER_M = 0.5
"""A part of a grid thinner than this is nowhere to walk."""
ASTRIDE_M2 = 1.0
"""A building is astride two grids when more than so much of it stands in the second."""
THIN = 0.1
"""A grid is long and thin below this isoperimetric quotient, 4πA/P²: 1 for a circle, 0.79 for a
square, 0.1 for a strip 29 times as long as wide (Polsby and Popper 1991)."""


@dataclass(frozen=True)
class Limits:
    """How many buildings and households a grid should hold."""

    buildings: Range = (None, None)
    households: Range = (None, None)


def findings(partition: Partition, buildings: Buildings, limits: Limits) -> list[Finding]:
    """Return what is wrong or odd with the grids of a community: errors first, by kind and code.

    Each has the shape to look at. Sizes are m² on the ellipsoid, metres, or counts.
    """
    found = [
        *_invalid(partition),
        *_tiling(partition),
        *_parts(partition),
        *_thin(partition),
        *_astride(partition, buildings),
        *_sizes(partition, buildings, limits),
    ]
    return sorted(found, key=lambda one: (not one.is_error, one.kind, one.codes))


def _invalid(partition: Partition) -> Iterator[Finding]:
    for code, grid in partition.grids.items():
        if not shapely.is_valid(grid.geom):
            yield _at(grid.geom, "grid_invalid", True, (code,), 1, "×")


def _tiling(partition: Partition) -> Iterator[Finding]:
    geoms, codes = shapes(partition), list(partition.grids)
    if not len(geoms) or not shapely.is_valid(geoms).all():
        return
    community = partition.community
    yield from _patches("grid_overlap", True, topology.overlaps(geoms), codes)
    yield from _patches("grid_gap", True, topology.gaps(geoms, partition.outline), codes, community)
    beyond = topology.outside(geoms, partition.outline)
    yield from _patches("grid_outside_community", True, beyond, codes, community)
    yield from _patches("grid_sliver", False, topology.slivers(geoms, SLIVER_M), codes)


def _patches(
    kind: str, is_error: bool, patches: Sequence[Patch], codes: Sequence[str], *more: str
) -> Iterator[Finding]:
    for patch in patches:
        named = (*more, *(codes[position] for position in patch.positions))
        yield Finding(kind, is_error, named, patch.area_m2, "m²", patch.lon, patch.lat, patch.shape)


def _parts(partition: Partition) -> Iterator[Finding]:
    """Yield each piece of a grid apart from its largest."""
    for code, grid in partition.grids.items():
        parts = sorted(shapely.get_parts(grid.geom), key=topology.area_m2, reverse=True)
        for part in parts[1:]:
            yield _at(part, "grid_in_parts", False, (code,), topology.area_m2(part), "m²")


def _thin(partition: Partition) -> Iterator[Finding]:
    for code, grid in partition.grids.items():
        area, perimeter = GEOD.geometry_area_perimeter(grid.geom)
        roundness = 4 * pi * abs(area) / perimeter**2 if perimeter else 0.0
        if roundness < THIN:
            yield _at(grid.geom, "grid_long_thin", False, (code,), roundness, "")


def _astride(partition: Partition, buildings: Buildings) -> Iterator[Finding]:
    geoms, codes = shapes(partition), list(partition.grids)
    if not len(buildings) or not len(geoms) or not shapely.is_valid(geoms).all():
        return
    homes, grids = shapely.STRtree(geoms).query(buildings.footprints, predicate="intersects")
    crossed = ~shapely.covers(geoms[grids], buildings.footprints[homes])
    homes, grids = homes[crossed], grids[crossed]
    ground = shapely.intersection(geoms[grids], buildings.footprints[homes])
    held: dict[int, list[tuple[float, int, shapely.Geometry]]] = {}
    for home, grid, part in zip(homes.tolist(), grids.tolist(), ground, strict=True):
        size = topology.area_m2(part)
        if size > ASTRIDE_M2:
            held.setdefault(home, []).append((size, grid, part))
    for home, parts in held.items():
        if len(parts) < 2:
            continue
        _, *others = sorted(parts, key=lambda one: one[0], reverse=True)
        named = (buildings.codes[home], *(codes[grid] for _, grid, _ in sorted(parts, key=_size)))
        beyond = sum(size for size, _, _ in others)
        footprint = buildings.footprints[home]
        yield _at(footprint, "building_astride_grids", False, named, beyond, "m²")


def _size(part: tuple[float, int, shapely.Geometry]) -> float:
    return -part[0]


def _sizes(partition: Partition, buildings: Buildings, limits: Limits) -> Iterator[Finding]:
    homes = dict.fromkeys(partition.grids, 0)
    households = dict.fromkeys(partition.grids, 0)
    for code, size in zip(
        holders(partition, buildings.points), buildings.households.tolist(), strict=True
    ):
        if code is not None:
            homes[code] += 1
            households[code] += size
    for code, grid in partition.grids.items():
        if not homes[code]:
            yield _at(grid.geom, "grid_empty", False, (code,), 0, "×")
            continue
        for count, (least, most) in (
            (homes[code], limits.buildings),
            (households[code], limits.households),
        ):
            if least is not None and count < least:
                yield _at(grid.geom, "grid_too_small", False, (code,), count, "×")
            if most is not None and count > most:
                yield _at(grid.geom, "grid_too_large", False, (code,), count, "×")


def _at(
    shape: Any,
    kind: str,
    is_error: bool,
    codes: tuple[str, ...],
    size: float,
    unit: str,
) -> Finding:
    spot = shape.representative_point() if shape.is_valid else shape.centroid
    if spot.is_empty:
        spot = shapely.Point(shapely.get_coordinates(shape)[0])
    return Finding(kind, is_error, codes, size, unit, spot.x, spot.y, shape)
