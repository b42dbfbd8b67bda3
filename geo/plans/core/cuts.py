"""Ways to cut buildings out of their grid, the best first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.plans.core.noding import edges_of, unique_edges
from geo.plans.core.partition import Grid, Partition, Polygonal
from geo.plans.core.territory import Territory, find_territory, narrow
from geo.plans.core.voronoi import Buildings

Positions = NDArray[np.int64]
SEARCH_DEG = 1e-3
"""Degrees, about a hundred metres: buildings of the target nearer than this may have area between
it and the moved ones."""

NARROW_M = (12.0, 6.0, 3.0, 1.5)
"""Metres around the moved buildings that go with them where more would divide their grid."""


@dataclass(frozen=True)
class Move:
    """Buildings of one grid that move to another one."""

    source: str
    to: str
    own: Positions
    """The positions of the buildings."""
    originals: Mapping[str, Grid]
    """The grids before the first of several transfers."""


@dataclass(frozen=True)
class Cut:
    """Lines that cut buildings out of a grid, and the area that goes with them."""

    lines: list[shapely.LineString]
    region: Any
    """What goes along; it may reach beyond the grid."""
    between: Any = field(default_factory=shapely.Polygon)
    """What may go too if it connects the buildings with the target."""
    is_return: bool = False
    """Whether it follows the original border of the buildings."""


def cuts(
    partition: Partition, move: Move, standing: Positions, buildings: Buildings
) -> Iterator[Cut]:
    """Yield the ways to cut buildings out of a grid in which they stand with some others.

    First along the original border where they came from another grid; then along the middle
    between them and the others; at last without area nearest to buildings of other grids.
    """
    source = partition.grid(move.source).geom
    staying = np.setdiff1d(standing, move.own)
    yield from _returns(source, move, staying, buildings)
    if len(staying):
        yield from _both_lines(source, move.own, staying, buildings)
    yield from _all_buildings_cut(partition, move, standing, buildings)


def _returns(
    source: Polygonal, move: Move, staying: Positions, buildings: Buildings
) -> Iterator[Cut]:
    """Yield the cut around what buildings brought from their original grid, if from one."""
    own_points = buildings.points[move.own]
    for code, grid in move.originals.items():
        if code == move.source or not shapely.covers(grid.geom, own_points).all():
            continue
        borders = _borders_inside(grid.geom, source)
        guests = staying[shapely.covers(grid.geom, buildings.points[staying])]
        if not len(guests):
            yield Cut(borders, grid.geom, is_return=True)
            continue
        brought = shapely.intersection(source, grid.geom)
        for cut in _both_lines(brought, move.own, guests, buildings):
            region = shapely.intersection(cut.region, grid.geom)
            yield Cut([*borders, *cut.lines], region, is_return=True)


def _both_lines(
    area: Any, own: Positions, others: Positions, buildings: Buildings
) -> Iterator[Cut]:
    """Yield the cut between buildings along lines with few corners, and along the exact middle."""
    territory = _territory(area, own, others, buildings)
    yield Cut(territory.lines, territory.region)
    yield Cut(territory.exact_lines, territory.region)


def _all_buildings_cut(
    partition: Partition, move: Move, standing: Positions, buildings: Buildings
) -> Iterator[Cut]:
    """Yield the cut around what is nearest to the moved buildings among those of all grids.

    Area nearest to buildings of the target may go along.
    """
    geom, target = (partition.grid(code).geom for code in (move.source, move.to))
    others = np.setdiff1d(np.arange(len(buildings)), move.own)
    own = _territory(geom, move.own, others, buildings)
    around = np.setdiff1d(others[own.near], standing)
    targets = around[shapely.intersects(target, buildings.points[around])]
    if not len(targets):
        yield Cut(own.exact_lines, own.region)
        return
    others = np.setdiff1d(np.arange(len(buildings)), targets)
    between = _territory(geom, targets, others, buildings)
    yield Cut([*own.exact_lines, *between.exact_lines], own.region, between.region)


def narrow_cuts(
    partition: Partition, move: Move, cut: Cut, standing: Positions, buildings: Buildings
) -> Iterator[Cut]:
    """Yield cuts closer and closer around the moved buildings and their way to the target."""
    source, target = (partition.grid(code).geom for code in (move.source, move.to))
    own = buildings.footprints[move.own]
    near = shapely.buffer(shapely.union_all(own), SEARCH_DEG)
    obstacles = buildings.footprints[
        np.intersect1d(standing, buildings.footprint_tree.query(near, "intersects"))
    ]
    links = shapely.shortest_line(own, shapely.intersection(target, near))
    for margin_m in NARROW_M:
        yield Cut(*narrow(source, cut.region, [*own, *links], obstacles, margin_m))


def _territory(area: Any, own: Positions, others: Positions, buildings: Buildings) -> Territory:
    return find_territory(area, buildings.footprints[own], buildings.footprints[others])


def _borders_inside(geom: Polygonal, area: Polygonal) -> list[shapely.LineString]:
    """Return the borders of a polygon that enter another one, with all their vertices."""
    edges = np.asarray(shapely.linestrings(unique_edges(edges_of(geom))), dtype=object)
    shapely.prepare(area)
    inside = edges[shapely.intersects(area, edges)]
    if not len(inside):
        return []
    merged = shapely.line_merge(shapely.multilinestrings(list(inside)))
    return [line for line in shapely.get_parts(merged) if not line.is_empty]
