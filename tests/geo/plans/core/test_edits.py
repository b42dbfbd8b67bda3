"""Splitting, merging, moving borders and renaming keep grids tiling the same area."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geometry import topology
from geo.grids import lineage
from geo.grids.revision_diff import changed_area_m2
from geo.grids.revisions import Delta, GridVersion
from geo.plans.core import edits
from geo.plans.core.apply import SeveralCommunities, apply, replay
from geo.plans.core.line_cut import BadCut
from geo.plans.core.operations import (
    BadOperation,
    Merge,
    MoveBorder,
    Rename,
    Renumber,
    Split,
    from_json,
    to_json,
)
from geo.plans.core.partition import (
    Grid,
    NotInPartition,
    Partition,
    covers_same_area,
    grid_geometries,
)
from geo.plans.core.voronoi import Buildings
from tests.geo.plans.core.square_grids import HOME, STEP, A, B, C, D, line, row, square
from tests.geo.plans.fake_context import FakeContext

__all__ = ["row"]


def versions(partition):
    return {
        code: GridVersion(grid.name, HOME, shapely.to_wkb(grid.geom))
        for code, grid in partition.grids.items()
    }


def diff(before, after):
    old, new = versions(before), versions(after)
    deltas = [Delta(code, old.get(code), new.get(code)) for code in sorted({*old, *new})]
    return [delta for delta in deltas if delta.old != delta.new]


@pytest.mark.parametrize(
    ("places", "households", "stays_west"),
    [
        ([0.1, 0.8], [90, 30], True),  # more households in the small western piece
        ([0.1, 0.8], [30, 90], False),
        ([0.1, 0.2, 0.8], [10, 10, 20], True),  # as many households, more buildings
        ([0.1, 0.8], [20, 20], False),  # as many of both: the larger piece
        ([], [], False),
    ],
)
def test_the_code_stays_with_the_piece_that_has_more_households(
    row, places, households, stays_west
):
    points = np.array([shapely.Point(x * STEP, 0.5 * STEP) for x in places], dtype=object)
    footprints = shapely.buffer(points, 1e-6) if places else points
    codes = tuple(f"b{number}" for number in range(len(places)))
    homes = Buildings(codes, footprints, np.array(households, dtype=np.int64), points)
    cut = Split(A, line((0.3, -0.1), (0.3, 1.1)))
    after = apply({}, cut, FakeContext(row, homes))[HOME]
    assert (after.grids[A].geom.centroid.x < 0.3 * STEP) == stays_west
    assert after.grids[A].name == row.grids[A].name
    assert after.grids[D].name is None


def test_a_split_gives_the_smaller_piece_a_new_code(row):
    after = edits.split(row, A, line((-1, 0.3), (2, 0.3)).intersection(square(0, 0).buffer(1e-4)))
    assert list(after.grids) == [A, B, C, D]
    assert after.grids[A].geom.area > after.grids[D].geom.area
    assert covers_same_area(row, after)


def test_only_a_neighbour_on_the_cut_border_gets_a_new_vertex(row):
    after = edits.split(row, A, line((0.3, -0.1), (0.3, 0.6), (1.1, 0.6)))
    assert len(after.grids[B].geom.exterior.coords) == 6
    assert after.grids[C] == row.grids[C]
    [changed_m2] = [changed_area_m2(delta) for delta in diff(row, after) if delta.code == B]
    assert changed_m2 == 0


BAD_LINES = {
    "misses": (line((2, -1), (2, 2)), "misses .* by 111 m", "across"),
    "touches a corner": (
        line((-1, 2), (1, 0)).intersection(square(-1, 1)),
        "only touches",
        "inside",
    ),
    "along the border": (line((0, 0), (0, 1)), "only touches", "through the inside"),
    "inside": (line((0.2, 0.2), (0.8, 0.8)), "begins and ends inside .* 22 m", "both ends"),
    "ends inside": (line((-0.1, 0.5), (0.5, 0.5)), "ends inside .*, 5[0-9] m", "from 0.0005"),
    "in three": (
        line((-0.1, 0.2), (1.5, 0.2), (1.5, 0.6), (-0.1, 0.6)),
        "in 3 pieces, not in two",
        "enters once",
    ),
    "crosses itself": (
        line((-0.1, 0), (0.9, 0.9), (0.9, 0.1), (-0.1, 0.9)),
        "crosses itself",
        "without loops",
    ),
    "a point": (line((0.5, 0.5), (0.5, 0.5)), "a single point", "border to border"),
}


@pytest.mark.parametrize(("cut_line", "message", "hint"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_line_that_does_not_cut_in_two_is_refused_with_reason_and_hint(
    row, cut_line, message, hint
):
    with pytest.raises(BadCut, match=message) as refused:
        edits.split(row, A, cut_line)
    assert hint in refused.value.hint


def test_a_line_from_the_border_to_a_hole_does_not_cut_a_grid_in_two():
    """┌─────┐
    │ ┌─┐ │   a surrounds b; a line as far as b leaves a in one piece, one through b does not.
    ──┼─┘ │
    └─────┘"""
    inner = shapely.box(0.4 * STEP, 0.4 * STEP, 0.6 * STEP, 0.6 * STEP)
    around = {A: Grid(None, square(0, 0).difference(inner)), B: Grid(None, inner)}
    ring = Partition(HOME, square(0, 0), around, frozenset())
    with pytest.raises(BadCut, match=r"does not cut .* hole") as refused:
        edits.split(ring, A, line((-0.1, 0.5), (0.5, 0.5)))
    assert "on from the hole" in refused.value.hint
    assert list(edits.split(ring, A, line((-0.1, 0.5), (1.1, 0.5))).grids) == [A, B, C]


def test_a_line_that_ends_inside_two_parts_of_a_grid_cuts_neither(row):
    """a | b | a"""
    ends = shapely.MultiPolygon([square(0, 0), square(2, 0)])
    apart = Partition(
        HOME, row.outline, {A: Grid(None, ends), B: Grid(None, square(1, 0))}, frozenset()
    )
    with pytest.raises(BadCut, match="begins and ends inside"):
        edits.split(apart, A, line((0.5, 0.5), (2.5, 0.5)))


def test_the_code_of_a_grid_merged_away_stays_used(row):
    split = edits.split(row, A, line((0.5, -0.1), (0.4, 1.1)))
    again = edits.split(edits.merge(split, [A, D]), A, line((0.5, -0.1), (0.4, 1.1)))
    assert D not in again.grids
    with pytest.raises(edits.CodeTaken):
        edits.split(again, A, line((0.8, -0.1), (0.8, 1.1)), (A, D))


def test_grids_that_are_not_adjacent_cannot_be_merged(row):
    with pytest.raises(edits.GridsNotAdjacent):
        edits.merge(row, [A, C])
    assert list(edits.merge(row, [A, B, C]).grids) == [A]


def test_a_gap_or_an_overlap_is_not_the_same_area(row):
    assert not covers_same_area(row, row.with_grids({A: row.grids[A], B: row.grids[B]}))
    assert not covers_same_area(row, row.with_grids({**row.grids, C: Grid(None, square(1.9, 0))}))


def test_operations_round_trip_through_json_and_bad_ones_are_refused():
    for operation in (Split(A, line((0, 0), (1, 1)), (A, D)), Merge((A, B)), Rename(A, None)):
        assert from_json(to_json(operation)) == operation
    for bad in ({}, {"kind": "melt"}, {"kind": "split", "code": A, "line": {"type": "Point"}}):
        with pytest.raises(BadOperation):
            from_json(bad)


def test_a_merge_across_communities_and_an_unknown_grid_are_refused(row):
    with pytest.raises(SeveralCommunities):
        apply({}, Merge((A, "230402001002001")), FakeContext(row))
    with pytest.raises(NotInPartition):
        apply({}, Rename(D, "x"), FakeContext(row))


def test_a_delta_inverted_twice_is_itself_and_lineage_has_shares(row):
    after = edits.rename(edits.split(row, B, line((1.25, -1), (1.25, 2))), C, "new")
    for delta in diff(row, after):
        assert ~~delta == delta
    kinds = {delta.code: set(delta.kinds) for delta in diff(row, after)}
    assert (kinds[B], kinds[D], kinds[C]) == ({"redrawn"}, {"added"}, {"renamed"})
    wkb = [{code: grid.wkb for code, grid in versions(side).items()} for side in (row, after)]
    shares = {(edge.from_code, edge.to_code): edge.share for edge in lineage.compute_lineage(*wkb)}
    assert shares[B, D] == pytest.approx(0.25, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4, st.booleans()), max_size=8))
def test_any_steps_tile_the_same_area_and_undo_byte_for_byte(row, draws):
    context, partitions, done, states = FakeContext(row), {HOME: row}, [], [row]
    for pick, across, start, end, is_merge in draws:
        codes = list(partitions[HOME].grids)
        code = codes[int(pick * (len(codes) - 1))]
        x0, y0, x1, y1 = partitions[HOME].grids[code].geom.bounds
        cut_line = shapely.LineString(
            [(x0 + start * (x1 - x0), y0 - STEP), (x0 + end * (x1 - x0), y1 + STEP)]
        )
        other = codes[int(across * (len(codes) - 1))]
        operation = Merge((code, other)) if is_merge else Split(code, cut_line)
        try:
            partitions = apply(partitions, operation, context)
        except (BadCut, edits.GridsNotAdjacent):
            continue
        done.append(operation)
        states.append(partitions[HOME])
        area = shapely.union_all(grid_geometries(partitions[HOME]))
        assert topology.area_m2(area.symmetric_difference(row.outline)) < topology.AREA_TOLERANCE_M2
        assert shapely.coverage_is_valid(grid_geometries(partitions[HOME]))
    for steps in range(1, len(done) + 1):
        assert replay(done[:steps], context)[HOME].grids == states[steps].grids


def slanted_grid(rng):
    """A grid a few hundred metres wide at Hegang, turned a little, in rounded coordinates."""
    slant, west = rng.uniform(-0.001, 0.001), rng.uniform(130.29, 130.30)
    corners = [(0, 0), (0.004, slant), (0.004 - slant, slant + 0.003), (-slant, 0.003)]
    geom = shapely.Polygon([(round(west + x, 8), round(47.37 + y, 8)) for x, y in corners])
    return Partition(HOME, geom, {A: Grid("a", geom)}, frozenset())


def test_no_straight_cut_is_refused_because_of_rounding():
    """A vertex on a slanted border moves it by less than an atom: no area is lost."""
    rng = np.random.default_rng(5)
    for before in [slanted_grid(rng) for _ in range(60)]:
        height = 47.37 + rng.uniform(0.0012, 0.0018)
        after = edits.split(before, A, shapely.LineString([(130.2, height), (130.4, height)]))
        assert list(after.grids) == [A, B]
        merged = edits.merge(after, [A, B])
        assert [changed_area_m2(delta) for delta in diff(before, merged)] == [0]


@pytest.mark.parametrize("short", [0.01, 0.0001])
def test_a_line_that_ends_a_metre_short_is_extended_to_the_border(row, short):
    after = edits.split(row, A, line((0.5, short), (0.5, 1 - short)))
    assert list(after.grids) == [A, B, C, D]
    with pytest.raises(BadCut):
        edits.split(row, A, line((0.5, 0.05), (0.5, 0.95)))


def test_a_line_through_both_parts_of_a_grid_splits_both(row):
    """a | b | a, cut along: the upper parts are one grid, the lower another."""
    both = edits.merge(row, [A, B, C])
    ends = shapely.MultiPolygon([square(0, 0), square(2, 0)])
    apart = both.with_grids({A: Grid("a", ends), B: Grid("b", square(1, 0))})
    after = edits.split(apart, A, line((-0.5, 0.4), (3.5, 0.4)))
    assert covers_same_area(apart, after)
    assert len(shapely.get_parts(after.grids[A].geom)) == 2
    assert len(shapely.get_parts(after.grids[D].geom)) == 2


def test_renumbered_grids_keep_their_area_and_get_new_codes(row):
    mixed = row.with_grids({A: row.grids[C], B: row.grids[A], C: row.grids[B]})
    after = edits.renumber(mixed)
    assert [grid.name for grid in after.grids.values()] == ["1", "2", "3"]
    assert not set(after.grids) & {A, B, C}
    assert covers_same_area(row, after)


def test_borders_and_renumbering_round_trip_through_json():
    cut_line = line((0, 0), (1, 1))
    for operation in (MoveBorder((A, B), cut_line), Renumber(HOME)):
        assert from_json(to_json(operation)) == operation
    with pytest.raises(BadOperation, match="move_border"):
        from_json({"kind": "melt"})
