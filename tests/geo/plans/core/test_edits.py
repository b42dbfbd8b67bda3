"""Splitting, merging and renaming grids keeps them tiling the very same ground."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geometry import topology
from geo.grids import lineage
from geo.grids.revision_diff import moved_m2
from geo.grids.revisions import Delta, Outline
from geo.plans.core import edits
from geo.plans.core.apply import CommunitiesApart, apply, replay
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
from geo.plans.core.partition import Grid, NotInPartition, Partition, same_ground, shapes

HOME = "230402001001"
A, B, C, D = (f"{HOME}{number:03}" for number in range(1, 5))
STEP = 0.001


def square(x, y):
    return shapely.box(x * STEP, y * STEP, (x + 1) * STEP, (y + 1) * STEP)


def outlines(partition):
    return {
        code: Outline(grid.name, HOME, shapely.to_wkb(grid.geom))
        for code, grid in partition.grids.items()
    }


def diff(before, after):
    old, new = outlines(before), outlines(after)
    every = [Delta(code, old.get(code), new.get(code)) for code in sorted({*old, *new})]
    return [delta for delta in every if delta.old != delta.new]


def line(*at):
    return shapely.LineString(np.array(at) * STEP)


@pytest.fixture(scope="module")
def row() -> Partition:
    """a | b | c   three squares side by side."""
    grids = {code: Grid(code[-1], square(x, 0)) for x, code in enumerate((A, B, C))}
    return Partition(HOME, shapely.box(0, 0, 3 * STEP, STEP), grids, frozenset())


class World:
    def __init__(self, partition):
        self._partition = partition

    def partition(self, community):
        return self._partition

    def community_of(self, code):
        return code[:12]


def test_a_split_gives_the_other_piece_a_fresh_code(row):
    after = edits.split(row, A, line((-1, 0.3), (2, 0.3)).intersection(square(0, 0).buffer(1e-4)))
    assert list(after.grids) == [A, B, C, D]
    assert after.grids[A].geom.area > after.grids[D].geom.area
    assert same_ground(row, after)


def test_only_a_neighbour_on_the_cut_border_receives_a_corner(row):
    after = edits.split(row, A, line((0.3, -0.1), (0.3, 0.6), (1.1, 0.6)))
    assert len(after.grids[B].geom.exterior.coords) == 6
    assert after.grids[C] == row.grids[C]
    [moved] = [moved_m2(delta) for delta in diff(row, after) if delta.code == B]
    assert moved == 0


FAULTS = {
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


@pytest.mark.parametrize(("drawn", "said", "hint"), FAULTS.values(), ids=FAULTS)
def test_a_line_that_does_not_cut_in_two_is_told_why_not_and_what_to_do(row, drawn, said, hint):
    with pytest.raises(BadCut, match=said) as refused:
        edits.split(row, A, drawn)
    assert hint in refused.value.hint


def test_a_line_from_the_border_to_a_hole_is_told_that_it_parts_nothing():
    """┌─────┐
    │ ┌─┐ │   a surrounds b; a line as far as b leaves a in one piece, one through b does not.
    ──┼─┘ │
    └─────┘"""
    inner = shapely.box(0.4 * STEP, 0.4 * STEP, 0.6 * STEP, 0.6 * STEP)
    around = {A: Grid(None, square(0, 0).difference(inner)), B: Grid(None, inner)}
    ring = Partition(HOME, square(0, 0), around, frozenset())
    with pytest.raises(BadCut, match=r"does not part .* hole") as refused:
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


def test_a_split_undone_by_a_merge_keeps_the_code_used(row):
    cut = edits.split(row, A, line((0.5, -0.1), (0.4, 1.1)))
    again = edits.split(edits.merge(cut, [A, D]), A, line((0.5, -0.1), (0.4, 1.1)))
    assert D not in again.grids
    with pytest.raises(edits.CodeTaken):
        edits.split(again, A, line((0.8, -0.1), (0.8, 1.1)), (A, D))


def test_grids_that_do_not_touch_are_not_merged(row):
    with pytest.raises(edits.GridsApart):
        edits.merge(row, [A, C])
    assert list(edits.merge(row, [A, B, C]).grids) == [A]


def test_ground_that_is_missing_or_taken_twice_is_seen(row):
    assert not same_ground(row, row.with_grids({A: row.grids[A], B: row.grids[B]}))
    assert not same_ground(row, row.with_grids({**row.grids, C: Grid(None, square(1.9, 0))}))


def test_steps_go_to_json_and_back_and_bad_ones_are_refused():
    for step in (Split(A, line((0, 0), (1, 1)), (A, D)), Merge((A, B)), Rename(A, None)):
        assert from_json(to_json(step)) == step
    for bad in ({}, {"kind": "melt"}, {"kind": "split", "code": A, "line": {"type": "Point"}}):
        with pytest.raises(BadOperation):
            from_json(bad)


def test_merging_across_communities_or_an_unknown_grid_is_refused(row):
    with pytest.raises(CommunitiesApart):
        apply({}, Merge((A, "230402001002001")), World(row))
    with pytest.raises(NotInPartition):
        apply({}, Rename(D, "x"), World(row))


def test_a_change_twice_undone_is_the_change_and_lineage_tells_shares(row):
    after = edits.rename(edits.split(row, B, line((1.25, -1), (1.25, 2))), C, "new")
    for delta in diff(row, after):
        assert ~~delta == delta
    kinds = {delta.code: set(delta.kinds) for delta in diff(row, after)}
    assert (kinds[B], kinds[D], kinds[C]) == ({"redrawn"}, {"added"}, {"renamed"})
    wkb = [{code: one.wkb for code, one in outlines(side).items()} for side in (row, after)]
    shares = {(one.from_code, one.to_code): one.share for one in lineage.of(*wkb)}
    assert shares[B, D] == pytest.approx(0.25, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4, st.booleans()), max_size=8))
def test_any_steps_tile_the_same_ground_and_undo_to_the_very_bytes(row, draws):
    world, now, done, states = World(row), {HOME: row}, [], [row]
    for pick, across, start, end, is_merge in draws:
        codes = list(now[HOME].grids)
        code = codes[int(pick * (len(codes) - 1))]
        x0, y0, x1, y1 = now[HOME].grids[code].geom.bounds
        drawn = shapely.LineString(
            [(x0 + start * (x1 - x0), y0 - STEP), (x0 + end * (x1 - x0), y1 + STEP)]
        )
        other = codes[int(across * (len(codes) - 1))]
        step = Merge((code, other)) if is_merge else Split(code, drawn)
        try:
            now = apply(now, step, world)
        except (BadCut, edits.GridsApart):
            continue
        done.append(step)
        states.append(now[HOME])
        ground = shapely.union_all(shapes(now[HOME]))
        assert topology.area_m2(ground.symmetric_difference(row.outline)) < topology.NOTHING_M2
        assert shapely.coverage_is_valid(shapes(now[HOME]))
    for steps in range(1, len(done) + 1):
        assert replay(done[:steps], world)[HOME].grids == states[steps].grids


def slanting(rng):
    """A grid a few hundred metres wide at Hegang, turned a little, in rounded coordinates."""
    slant, west = rng.uniform(-0.001, 0.001), rng.uniform(130.29, 130.30)
    corners = [(0, 0), (0.004, slant), (0.004 - slant, slant + 0.003), (-slant, 0.003)]
    ground = shapely.Polygon([(round(west + x, 8), round(47.37 + y, 8)) for x, y in corners])
    return Partition(HOME, ground, {A: Grid("a", ground)}, frozenset())


def test_no_straight_cut_is_refused_for_the_rounding_of_its_ends():
    """A corner put on a slanting border moves it by less than an atom: no ground is lost."""
    rng = np.random.default_rng(5)
    for before in [slanting(rng) for _ in range(60)]:
        height = 47.37 + rng.uniform(0.0012, 0.0018)
        after = edits.split(before, A, shapely.LineString([(130.2, height), (130.4, height)]))
        assert list(after.grids) == [A, B]
        joined = edits.merge(after, [A, B])
        assert [moved_m2(delta) for delta in diff(before, joined)] == [0]


def test_a_border_moves_to_a_drawn_line_and_each_grid_keeps_its_side(row):
    """a | b → a  | b   the border goes east by half a square."""
    after = edits.move_border(row, (A, B), line((1.5, -0.2), (1.5, 1.2)))
    assert same_ground(row, after)
    assert after.grids[A].geom.area == pytest.approx(1.5 * STEP**2, rel=1e-6)
    assert after.grids[B].geom.area == pytest.approx(0.5 * STEP**2, rel=1e-6)
    assert (after.grids[A].name, after.grids[B].name) == ("1", "2")
    back = edits.move_border(after, (B, A), line((1, -0.2), (1, 1.2)))
    assert topology.area_m2(
        shapely.symmetric_difference(back.grids[A].geom, row.grids[A].geom)
    ) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("short", [0.01, 0.0001])
def test_a_line_that_stops_a_metre_short_is_drawn_on_to_the_border(row, short):
    after = edits.split(row, A, line((0.5, short), (0.5, 1 - short)))
    assert list(after.grids) == [A, B, C, D]
    with pytest.raises(BadCut):
        edits.split(row, A, line((0.5, 0.05), (0.5, 0.95)))


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (line((5, 5), (6, 6)), "misses grids"),
        (line((1.2, 0.2), (1.8, 0.8)), "begins and ends inside grids"),
        (line((1.2, -1), (1.2, 0.8)), "ends inside grids"),
        (line((2, -1), (2, 2)), "only touches grids"),
        (line((2.2, -1), (2.2, 2)), "misses grids .* by 22 m"),
    ],
)
def test_a_border_is_not_moved_to_a_line_that_does_not_part_the_two(row, drawn, said):
    with pytest.raises(BadCut, match=said) as refused:
        edits.move_border(row, (A, B), drawn)
    assert refused.value.hint


def test_no_border_can_be_moved_between_grids_apart(row):
    with pytest.raises(edits.GridsApart):
        edits.move_border(row, (A, C), line((1.5, -0.2), (1.5, 1.2)))


def test_a_line_through_both_parts_of_a_grid_splits_each_and_joins_by_side(row):
    """a | b | a, cut along: the upper parts are one grid, the lower another."""
    both = edits.merge(row, [A, B, C])
    ends = shapely.MultiPolygon([square(0, 0), square(2, 0)])
    apart = both.with_grids({A: Grid("a", ends), B: Grid("b", square(1, 0))})
    after = edits.split(apart, A, line((-0.5, 0.4), (3.5, 0.4)))
    assert same_ground(apart, after)
    assert len(shapely.get_parts(after.grids[A].geom)) == 2
    assert len(shapely.get_parts(after.grids[D].geom)) == 2


def test_renumbered_grids_keep_their_ground_and_take_fresh_codes(row):
    mixed = row.with_grids({A: row.grids[C], B: row.grids[A], C: row.grids[B]})
    after = edits.renumber(mixed)
    assert [grid.name for grid in after.grids.values()] == ["1", "2", "3"]
    assert not set(after.grids) & {A, B, C}
    assert same_ground(row, after)


def test_every_kind_of_step_goes_to_json_and_back():
    drawn = line((0, 0), (1, 1))
    for step in (MoveBorder((A, B), drawn), Renumber(HOME)):
        assert from_json(to_json(step)) == step
    with pytest.raises(BadOperation, match="move_border"):
        from_json({"kind": "melt"})
