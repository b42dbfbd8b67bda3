"""Moving buildings from grid to grid, and creating grids from buildings."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geometry import topology
from geo.plans.core import edits, rules
from geo.plans.core.apply import apply, replay
from geo.plans.core.create import CommunityHasGrids, TooFewBuildings, create
from geo.plans.core.operations import BadOperation, Create, Merge, Transfer, from_json, to_json
from geo.plans.core.partition import (
    Grid,
    NotInPartition,
    Partition,
    covers_same_area,
    grid_geometries,
)
from geo.plans.core.transfer import (
    BuildingNotInCommunity,
    BuildingsNotAdjacent,
    GridWouldBeEmpty,
    transfer,
)
from geo.plans.core.voronoi import NO_BUILDINGS, Buildings, grid_codes_at, voronoi_cells
from geo.quality.tiling import find_defects
from tests.geo.plans.fake_context import FakeContext
from tests.geo.plans.random_edits import random_houses

HOME = "230402001001"
A, B, C = (f"{HOME}{number:03}" for number in range(1, 4))


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in ten-thousandths of a degree, about ten metres."""
    corners = 130 + west / 1e4, 47 + south / 1e4, 130 + east / 1e4, 47 + north / 1e4
    return shapely.box(*corners)


def town(columns: int = 6, rows: int = 4) -> Buildings:
    """Return houses in rows; a code is column and row, 00 in the south-west."""
    codes, footprints = [], []
    for x in range(columns):
        for y in range(rows):
            codes.append(f"{x}{y}")
            footprints.append(box(5 * x + 1, 5 * y + 1, 5 * x + 4, 5 * y + 3))
    geoms = np.array(footprints, dtype=object)
    points = np.asarray(shapely.point_on_surface(geoms), dtype=object)
    return Buildings(tuple(codes), geoms, np.full(len(codes), 10), points)


HOMES = town()
ROW = Partition(
    HOME,
    box(0, 0, 30, 20),
    {code: Grid(code, box(10 * x, 0, 10 * x + 10, 20)) for x, code in enumerate((A, B, C))},
    frozenset(),
)
"""a | b | c   three grids of two columns of houses each."""


CONTEXT = FakeContext(ROW, HOMES)


def grids_of(partition: Partition, buildings: Buildings = HOMES) -> dict[str, str | None]:
    codes = grid_codes_at(partition, buildings.points)
    return dict(zip(buildings.codes, codes, strict=True))


def test_a_building_moves_with_the_area_nearest_to_it():
    after = transfer(ROW, ["21"], A, HOMES)
    assert covers_same_area(ROW, after)
    changed = {code for code, grid in grids_of(after).items() if grid != grids_of(ROW)[code]}
    assert changed == {"21"}
    assert grids_of(after)["21"] == A
    assert after.grids[C] == ROW.grids[C]
    gained = topology.area_m2(after.grids[A].geom) - topology.area_m2(ROW.grids[A].geom)
    assert gained == pytest.approx(38 * 55.6, rel=0.1), "a cell of 50 by 50 metres"
    findings = rules.check_partition(after, HOMES, rules.Limits())
    assert not [finding for finding in findings if finding.is_error]


def test_the_new_border_cuts_no_building():
    after = transfer(ROW, ["21", "22"], A, HOMES)
    assert rules.check_partition(after, HOMES, rules.Limits()) == []


def test_buildings_of_two_grids_can_move_to_the_one_between_them():
    after = transfer(ROW, ["11", "41"], B, HOMES)
    assert {code for code, grid in grids_of(after).items() if grid == B} == {
        "11", "41", *(f"{x}{y}" for x in (2, 3) for y in range(4))
    }  # fmt: skip
    assert covers_same_area(ROW, after)


def test_a_building_moved_back_leaves_all_grids_as_before():
    after = transfer(transfer(ROW, ["21"], A, HOMES), ["21"], B, HOMES)
    assert after.grids == ROW.grids


def test_cells_of_the_targets_own_buildings_in_between_move_too():
    """The border runs a little west of the end of the cell of 11: the rest of the cell is in b."""
    west = {A: Grid(A, box(0, 0, 9.3, 20)), B: Grid(B, box(9.3, 0, 20, 20)), C: ROW.grids[C]}
    row = ROW.with_grids(west)
    after = transfer(row, ["21"], A, HOMES)
    changed = {code for code, grid in grids_of(after).items() if grid != grids_of(row)[code]}
    assert changed == {"21"}
    gained = topology.area_m2(after.grids[A].geom) - topology.area_m2(row.grids[A].geom)
    assert gained == pytest.approx(38 * 55.6 * 5.7 / 5, rel=0.1), "with the strip in between"
    assert after.grids[A].geom.geom_type == "Polygon"
    assert covers_same_area(row, after)


def test_the_error_says_whether_the_grids_or_only_the_buildings_are_not_adjacent():
    with pytest.raises(BuildingsNotAdjacent, match="do not touch along a border"):
        transfer(ROW, ["41"], A, HOMES)
    with pytest.raises(BuildingsNotAdjacent, match="nearest to other buildings") as refused:
        transfer(ROW, ["31"], A, HOMES)
    assert "between them" in refused.value.hint


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_building_whose_cell_borders_on_a_cell_of_the_other_grid_can_move(seed):
    """Wherever the border runs through the cells; no other building changes its grid."""
    rng = np.random.default_rng(seed)
    outline = box(0, 0, 30, 20)
    homes = random_houses(outline, 12, rng, size=3e-4)
    line = shapely.LineString(
        np.column_stack([130 + rng.uniform(8, 22, 5) / 1e4, 47 + np.linspace(-1, 21, 5) / 1e4])
    )
    two = edits.split(Partition(HOME, outline, {A: Grid(None, outline)}, frozenset()), A, line)
    cells, codes = voronoi_cells(outline, homes), grid_codes_at(two, homes.points)
    pairs = itertools.permutations(zip(cells, codes, strict=True), 2)
    for (cell, source), (other, target) in pairs:
        common = shapely.intersection(*shapely.boundary(np.array([cell, other], dtype=object)))
        if source == target or not shapely.length(shapely.intersection(common, outline)) > 1e-8:
            continue
        moved = homes.codes[[*cells].index(cell)]
        try:
            after = transfer(two, [moved], target, homes)
        except GridWouldBeEmpty:
            continue
        assert covers_same_area(two, after)
        changed = {
            code for code, to in grids_of(after, homes).items() if to != grids_of(two, homes)[code]
        }
        assert changed == {moved}


def test_a_whole_column_can_move_but_not_a_whole_grid():
    column = [f"2{y}" for y in range(4)]
    assert covers_same_area(ROW, transfer(ROW, column, A, HOMES))
    with pytest.raises(GridWouldBeEmpty, match=B) as refused:
        transfer(ROW, [*column, *(f"3{y}" for y in range(4))], A, HOMES)
    assert "Merge" in refused.value.hint


@pytest.mark.parametrize(
    ("moved", "to", "error"),
    [
        (["nowhere"], A, BuildingNotInCommunity),
        ([], A, BuildingNotInCommunity),
        (["00"], A, BuildingsNotAdjacent),
        (["31"], A, BuildingsNotAdjacent),
        (["41"], A, BuildingsNotAdjacent),
        (["21"], HOME + "009", NotInPartition),
    ],
    ids=["unknown", "none", "already there", "behind another", "two grids away", "no such grid"],
)
def test_a_building_that_cannot_move_is_refused_with_a_hint(moved, to, error):
    with pytest.raises(error) as refused:
        transfer(ROW, moved, to, HOMES)
    assert refused.value.hint


def test_a_building_in_no_grid_is_named_in_the_error():
    gap = ROW.with_grids({A: ROW.grids[A], C: ROW.grids[C]})
    with pytest.raises(BuildingNotInCommunity, match="Building 21 stands in no grid"):
        transfer(gap, ["10", "10", "21"], A, HOMES)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HOMES.codes), st.sampled_from((A, B, C))), max_size=12))
def test_any_transfers_tile_the_same_area_and_undo_byte_for_byte(draws):
    partitions, done, states = {HOME: ROW}, [], [ROW]
    for code, to in draws:
        if to not in partitions[HOME].grids:
            continue
        operation = Transfer((code,), to)
        before = grids_of(partitions[HOME])
        try:
            partitions = apply(partitions, operation, CONTEXT)
        except (BuildingsNotAdjacent, GridWouldBeEmpty):
            continue
        done.append(operation)
        states.append(partitions[HOME])
        assert grids_of(partitions[HOME]) == before | {code: to}
        area = shapely.union_all(grid_geometries(partitions[HOME]))
        assert topology.area_m2(area.symmetric_difference(ROW.outline)) < topology.AREA_TOLERANCE_M2
        assert shapely.coverage_is_valid(grid_geometries(partitions[HOME]))
    for steps in range(1, len(done) + 1):
        assert replay(done[:steps], CONTEXT)[HOME].grids == states[steps].grids


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(5, 40))
def test_random_towns_tile_after_any_transfer(seed, count):
    rng = np.random.default_rng(seed)
    corners = rng.uniform((0, 0), (28, 18), (count, 2))
    angles = rng.uniform(0, 180, count)
    homes = np.array(
        [
            shapely.affinity.rotate(box(x, y, x + 1.5, y + 1), angle)
            for (x, y), angle in zip(corners, angles, strict=True)
        ]
    )
    points = np.asarray(shapely.point_on_surface(homes), dtype=object)
    buildings = Buildings(tuple(map(str, range(count))), homes, np.full(count, 7), points)
    partition = ROW
    for building, to in zip(rng.integers(0, count, 8), rng.choice([A, B, C], 8), strict=True):
        try:
            after = transfer(partition, [str(building)], str(to), buildings)
        except (BuildingsNotAdjacent, GridWouldBeEmpty, NotInPartition, BuildingNotInCommunity):
            continue
        except edits.BadCut:
            raise AssertionError(f"{building} to {to} does not tile") from None
        assert grid_codes_at(after, buildings.points[[building]]) == [to]
        assert find_defects(grid_geometries(after), ROW.outline) == []
        partition = after


def test_created_grids_have_about_equally_many_households():
    empty = ROW.with_grids({})
    after = create(empty, 4, HOMES)
    assert list(after.grids) == [f"{HOME}{number:03}" for number in (4, 5, 6, 7)]
    counts = [list(grids_of(after).values()).count(code) for code in after.grids]
    assert sorted(counts) == [6, 6, 6, 6]
    assert covers_same_area(ROW, after)
    assert rules.check_partition(after, HOMES, rules.Limits()) == []


def test_a_community_without_buildings_becomes_one_grid():
    after = create(ROW.with_grids({}), 1, NO_BUILDINGS)
    [grid] = after.grids.values()
    assert grid.geom.equals(ROW.outline)


def test_no_grids_are_created_over_others_or_for_too_few_buildings():
    with pytest.raises(CommunityHasGrids):
        create(ROW, 2, HOMES)
    for count in (0, 25):
        with pytest.raises(TooFewBuildings):
            create(ROW.with_grids({}), count, HOMES)


def test_transfers_and_creation_round_trip_through_json():
    for operation in (Transfer(("21", "22"), A), Create(HOME, 3)):
        assert from_json(to_json(operation)) == operation
    for bad in ({"kind": "create", "community": HOME, "count": "3"}, {"kind": "transfer"}):
        with pytest.raises(BadOperation):
            from_json(bad)


def test_a_merge_after_transfers_has_the_area_of_both_grids():
    after = edits.merge(transfer(ROW, ["21"], A, HOMES), [A, B])
    assert topology.area_m2(
        shapely.symmetric_difference(after.grids[A].geom, box(0, 0, 20, 20))
    ) == pytest.approx(0, abs=1e-3)
    assert apply({}, Merge((A, B)), CONTEXT)[HOME].grids.keys() == {A, C}


def test_a_building_moves_in_a_community_of_a_hundred():
    homes = town(10, 10)
    wide = Partition(
        HOME,
        box(0, 0, 50, 50),
        {A: Grid(None, box(0, 0, 25, 50)), B: Grid(None, box(25, 0, 50, 50))},
        frozenset(),
    )
    after = transfer(wide, ["54"], A, homes)
    assert grids_of(after, homes)["54"] == A
    assert rules.check_partition(after, homes, rules.Limits()) == []
