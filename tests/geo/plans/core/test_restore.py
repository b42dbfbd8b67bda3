"""Grids come back as they were: their ground from the neighbours, their own codes."""

import datetime

import pytest
import shapely

from geo.errors import NotFound
from geo.plans.core import edits
from geo.plans.core.apply import apply
from geo.plans.core.operations import BadOperation, Restore, from_json, to_json
from geo.plans.core.partition import Grid, Partition, same_ground
from geo.plans.core.restore import NotThen, restore, restore_all

HOME = "230402001001"
A, B, C, D = (f"{HOME}{number:03}" for number in range(1, 5))
STEP = 0.001
THEN = datetime.datetime(2025, 5, 1, tzinfo=datetime.UTC)


def box(west, south, east, north):
    return shapely.box(west * STEP, south * STEP, east * STEP, north * STEP)


def upright(x):
    return shapely.LineString([(x * STEP, -STEP), (x * STEP, 2 * STEP)])


@pytest.fixture
def row() -> Partition:
    """a | b | c   three squares side by side."""
    grids = {code: Grid(code[-1], box(x, 0, x + 1, 1)) for x, code in enumerate((A, B, C))}
    return Partition(HOME, box(0, 0, 3, 1), grids, frozenset())


class World:
    def __init__(self, now, past):
        self.now, self.then = now, past

    def partition(self, community):
        if community != HOME:
            raise NotFound(community)
        return self.now

    def community_of(self, code):
        if code == HOME:
            raise NotFound(code)
        return code[:12]

    def buildings(self, community):
        raise NotImplementedError

    def past(self, community, at):
        assert (community, at) == (HOME, THEN)
        return self.then


def west_and_east(partition, code):
    west, _, east, _ = partition.grids[code].geom.bounds
    return pytest.approx((west / STEP, east / STEP))


def test_a_retired_grid_comes_back_under_its_own_code(row):
    """a  a | c → a | b | c"""
    merged = edits.merge(row, [A, B])
    after = restore(merged, B, row.grids)
    assert after.grids[B] == row.grids[B]
    assert west_and_east(after, A) == (0, 1)
    assert after.grids[C] == merged.grids[C]
    assert same_ground(row, after)


def test_ground_beyond_goes_to_who_had_it_then(row):
    """a   | b | c, when b was wider: a gives up what b had and keeps the rest."""
    moved = edits.move_border(row, (A, B), upright(1.6))
    after = restore(moved, A, row.grids)
    assert after.grids[A] == row.grids[A]
    assert west_and_east(after, B) == (1, 2)
    assert same_ground(row, after)


def test_ground_of_a_grid_retired_since_goes_to_the_longest_border(row):
    """b took a, and is restored: a is retired, so that its ground goes to c … or to a neighbour."""
    cut = edits.split(row, C, shapely.LineString([(STEP, 0.3 * STEP), (4 * STEP, 0.3 * STEP)]))
    wide = edits.merge(cut, [B, C], into=B)  # b is now b and the upper c, d the lower c
    after = restore(wide, B, row.grids)
    assert after.grids[B].geom.equals(row.grids[B].geom)
    assert list(after.grids) == [A, B, D]
    assert after.grids[D].geom.equals(row.grids[C].geom)
    assert same_ground(row, after)


def test_a_grid_without_other_ground_is_retired(row):
    halves = edits.split(row, A, upright(0.6))
    after = restore(halves, A, row.grids)
    assert list(after.grids) == [A, B, C]
    assert D in after.used
    assert after.grids[A].geom.equals(row.grids[A].geom)


def test_a_community_comes_back_to_the_very_bytes(row):
    moved = edits.rename(edits.split(edits.merge(row, [A, B]), C, upright(2.3)), A, "new")
    world = World(moved, row.grids)
    after = apply({}, Restore(HOME, THEN), world)[HOME]
    assert after.grids == row.grids
    assert D in after.used
    one = apply({}, Restore(B, THEN), world)[HOME]
    assert one.grids[B] == row.grids[B]


def test_a_community_whose_outline_changed_is_fitted_to_the_ground_of_today(row):
    wider = Partition(HOME, box(0, 0, 4, 1), {A: Grid(None, box(0, 0, 4, 1))}, frozenset())
    after = restore_all(wider, row.grids)
    assert west_and_east(after, C) == (2, 4)
    narrower = Partition(HOME, box(0, 0, 2.5, 1), {A: Grid(None, box(0, 0, 2.5, 1))}, frozenset())
    assert west_and_east(restore_all(narrower, row.grids), C) == (2, 2.5)


def test_what_was_not_in_force_then_is_refused(row):
    with pytest.raises(NotThen):
        restore(row, D, row.grids)
    with pytest.raises(NotThen):
        restore_all(row, {})
    with pytest.raises(NotFound):
        apply({}, Restore("999999999999", THEN), World(row, {}))


def test_the_moment_goes_to_json_with_its_zone():
    step = Restore(A, THEN)
    assert to_json(step)["at"] == "2025-05-01T00:00:00+00:00"
    assert from_json(to_json(step)) == step
    for at in ("2025-05-01T00:00:00", "yesterday", 7, None):
        with pytest.raises(BadOperation):
            from_json({"kind": "restore", "code": A, "at": at})


def test_ground_goes_back_to_the_grid_that_had_it_even_where_that_is_apart_now(row):
    """now   a | b | a | b | c   then   a | b | c"""
    now = row.with_grids(
        {
            A: Grid("a", shapely.MultiPolygon([box(0, 0, 1, 1), box(2, 0, 2.3, 1)])),
            B: Grid("b", shapely.MultiPolygon([box(1, 0, 2, 1), box(2.3, 0, 2.6, 1)])),
            C: Grid("c", box(2.6, 0, 3, 1)),
        }
    )
    after = restore(now, A, row.grids)
    assert west_and_east(after, A) == (0, 1)
    assert after.grids[B] == now.grids[B]
    assert [part.bounds[0] / STEP for part in shapely.get_parts(after.grids[C].geom)] == [
        pytest.approx(2),
        pytest.approx(2.6),
    ]
    assert same_ground(now, after)
