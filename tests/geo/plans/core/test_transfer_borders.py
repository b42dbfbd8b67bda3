"""Transfers leave grids in one piece, with few corners, and a transfer back restores the border."""

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.plans.core import edits
from geo.plans.core.partition import Grid, Partition, covers_same_area, grid_geometries
from geo.plans.core.straight_lines import straighten
from geo.plans.core.transfer import transfer
from geo.plans.core.voronoi import Buildings, grid_codes_at
from geo.quality.tiling import find_defects
from tests.geo.plans.core.test_transfer import HOME, A, B, box, town


def uneven_town(seed: int) -> tuple[Partition, Buildings]:
    """Return nine grids in three rows whose borders pass houses at any distance."""
    rng = np.random.default_rng(seed)
    homes = []
    for x in range(12):
        for y in range(12):
            west, south = 5 * x + rng.uniform(0.4, 1.2), 5 * y + rng.uniform(0.4, 1.2)
            width, depth = rng.uniform(1.5, 3.4, 2)
            homes.append(box(west, south, west + width, south + depth))
    xs, ys = ([0, *np.round(rng.uniform((19, 39), (21, 41)), 4), 60] for _ in range(2))
    boxes = [box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(3) for i in range(3)]
    geoms = np.array(homes, dtype=object)
    points = np.asarray(shapely.point_on_surface(geoms), dtype=object)
    buildings = Buildings(tuple(f"{n:03}" for n in range(144)), geoms, np.full(144, 9), points)
    grids = {f"{HOME}{n:03}": Grid(None, geom) for n, geom in enumerate(boxes, start=1)}
    return Partition(HOME, box(0, 0, 60, 60), grids, frozenset()), buildings


def neighbor_pairs(partition: Partition) -> Iterator[tuple[str, str]]:
    for first in partition.grids:
        for second in partition.grids:
            pair = [partition.grids[code].geom for code in (first, second)]
            if first != second and edits.are_connected(pair):
                yield first, second


def nearest(partition: Partition, homes: Buildings, source: str, to: str, count: int) -> list[str]:
    """Return the buildings of a grid that are nearest to another one."""
    at = grid_codes_at(partition, homes.points)
    own = [position for position, code in enumerate(at) if code == source]
    distances = shapely.distance(homes.points[own], partition.grids[to].geom)
    return [homes.codes[own[position]] for position in np.argsort(distances)[:count]]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_all_pairs_stay_whole_with_few_corners_and_are_restored_by_moving_back(count):
    partition, homes = uneven_town(count)
    gained = []
    for source, to in neighbor_pairs(partition):
        moved = nearest(partition, homes, source, to, count)
        after = transfer(partition, moved, to, homes)
        assert {grid.geom.geom_type for grid in after.grids.values()} == {"Polygon"}
        assert covers_same_area(partition, after)
        before, now = (shapely.get_num_coordinates(p.grids[to].geom) for p in (partition, after))
        gained.append(now - before)
        assert transfer(after, moved, source, homes).grids == partition.grids
    assert np.median(gained) <= 4 + 2 * count


def test_buildings_moved_one_by_one_and_back_in_another_order_restore_the_borders():
    partition, homes = uneven_town(7)
    source, to = A, B
    moved = nearest(partition, homes, source, to, 4)
    after = partition
    for code in moved:
        after = transfer(after, [code], to, homes)
    far = f"{HOME}009"
    line = shapely.LineString(shapely.get_coordinates(box(50, 30, 50, 70))[:2])
    after = edits.split(after, far, line)
    for code in (moved[2], moved[0], moved[3], moved[1]):
        after = transfer(after, [code], source, homes)
    for code in (source, to):
        assert after.grids[code] == partition.grids[code]


def test_area_without_buildings_that_is_cut_off_goes_along():
    """The house of b at its only neck: the rest of b to the north has no building.

    a | b    A column of two grids; b is wide in the south, and has an empty meadow in the north.
    """
    homes = town(6, 2)
    meadow = Partition(
        HOME,
        box(0, 0, 30, 40),
        {A: Grid(None, box(0, 0, 20, 40)), B: Grid(None, box(20, 0, 30, 40))},
        frozenset(),
    )
    after = transfer(meadow, ["41", "51"], A, homes)
    assert after.grids[A].geom.geom_type == after.grids[B].geom.geom_type == "Polygon"
    assert after.grids[B].geom.bounds[3] < 47.0011
    assert transfer(after, ["41", "51"], B, homes).grids == meadow.grids


def test_a_grid_that_the_area_of_a_building_would_divide_keeps_a_corridor():
    """b is one house deep: the cell of its middle house reaches from border to border."""
    homes = town(6, 1)
    flat = Partition(
        HOME,
        box(0, 0, 30, 10),
        {A: Grid(None, box(0, 5, 30, 10)), B: Grid(None, box(0, 0, 30, 5))},
        frozenset(),
    )
    after = transfer(flat, ["20"], A, homes)
    at = dict(zip(homes.codes, grid_codes_at(after, homes.points), strict=True))
    assert at == {"00": B, "10": B, "20": A, "30": B, "40": B, "50": B}
    assert after.grids[B].geom.geom_type == "Polygon"
    assert shapely.covers(after.grids[A].geom, homes.footprints[2])


def test_a_grid_whose_buildings_fall_apart_still_tiles():
    """The middle house touches both borders of b, so that no corridor is left."""
    homes = town(3, 1)
    footprints = homes.footprints.copy()
    footprints[1] = box(6, -1, 9, 6)
    homes = Buildings(homes.codes, footprints, homes.households, homes.points)
    flat = Partition(
        HOME,
        box(0, 0, 15, 10),
        {A: Grid(None, box(0, 5, 15, 10)), B: Grid(None, box(0, 0, 15, 5))},
        frozenset(),
    )
    after = transfer(flat, ["10"], A, homes)
    assert len(shapely.get_parts(after.grids[B].geom)) == 2
    assert find_defects(grid_geometries(after), flat.outline) == []
    assert transfer(after, ["10"], B, homes).grids == flat.grids


def test_the_border_between_row_houses_is_their_wall():
    """Six houses wall to wall; the last ones of b go to a."""
    footprints = np.array([box(4 * n, 3, 4 * n + 4, 7) for n in range(6)], dtype=object)
    points = np.asarray(shapely.point_on_surface(footprints), dtype=object)
    row = Buildings(tuple("012345"), footprints, np.full(6, 1), points)
    two = Partition(
        HOME,
        box(0, 0, 24, 10),
        {A: Grid(None, box(0, 0, 8, 10)), B: Grid(None, box(8, 0, 24, 10))},
        frozenset(),
    )
    after = transfer(two, ["2"], A, row)
    border = shapely.intersection(*(shapely.boundary(after.grids[code].geom) for code in (A, B)))
    assert shapely.get_num_coordinates(shapely.line_merge(border)) <= 3
    wall = shapely.LineString(shapely.get_coordinates(box(12, 0, 12, 10))[:2])
    assert shapely.hausdorff_distance(border, wall) < 5e-6, "half a metre"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_straightened_line_keeps_its_ends_and_the_side_of_every_building(seed):
    rng = np.random.default_rng(seed)
    xs = np.linspace(0, 100, 26)
    wave = rng.uniform(0, 6) * np.sin(xs / rng.uniform(4, 20)) + rng.normal(0, 0.6, 26)
    line = shapely.LineString(np.column_stack([xs, wave]))
    offsets = rng.uniform(1, 12, 12) * rng.choice([-1, 1], 12)
    corners = np.column_stack([rng.uniform(5, 90, 12), offsets])
    houses = shapely.box(*corners.T, *(corners + rng.uniform(2, 8, (12, 2))).T)
    houses = houses[shapely.distance(houses, line) > 0.5]
    area = shapely.box(0, -50, 100, 50)
    straight = straighten(line, houses, area)
    assert shapely.equals_exact(straight.boundary, line.boundary, tolerance=0.0)
    assert len(straight.coords) <= len(line.coords)
    assert not shapely.intersects(straight, houses).any()
    middles = shapely.point_on_surface(houses)
    below = [
        shapely.covers(shapely.Polygon([(0, -60), *one.coords, (100, -60)]).buffer(0), middles)
        for one in (line, straight)
    ]
    assert (below[0] == below[1]).all()
