"""A restored grid has its past geometry and code; its neighbours give up the area."""

import datetime

import pytest
import shapely

from geo.errors import NotFound
from geo.plans.core import edits
from geo.plans.core.apply import apply
from geo.plans.core.operations import BadOperation, Restore, from_json, to_json
from geo.plans.core.partition import Grid, Partition, covers_same_area
from geo.plans.core.restore import GridNotInForce, restore_community, restore_grid
from tests.geo.plans.fake_context import FakeContext

HOME = "230402001001"
A, B, C, D = (f"{HOME}{number:03}" for number in range(1, 5))
STEP = 0.001
PAST_MOMENT = datetime.datetime(2025, 5, 1, tzinfo=datetime.UTC)


def box(west, south, east, north):
    return shapely.box(west * STEP, south * STEP, east * STEP, north * STEP)


def vertical_line(x):
    return shapely.LineString([(x * STEP, -STEP), (x * STEP, 2 * STEP)])


@pytest.fixture
def row() -> Partition:
    """a | b | c   three squares side by side."""
    grids = {code: Grid(code[-1], box(x, 0, x + 1, 1)) for x, code in enumerate((A, B, C))}
    return Partition(HOME, box(0, 0, 3, 1), grids, frozenset())


def longitudes(partition, code):
    """Return where a grid begins and ends, in steps."""
    west, _, east, _ = partition.grids[code].geom.bounds
    return pytest.approx((west / STEP, east / STEP))


def test_a_retired_grid_is_restored_under_its_own_code(row):
    """a  a | c → a | b | c"""
    merged = edits.merge(row, [A, B])
    after = restore_grid(merged, B, row.grids)
    assert after.grids[B] == row.grids[B]
    assert longitudes(after, A) == (0, 1)
    assert after.grids[C] == merged.grids[C]
    assert covers_same_area(row, after)


def test_area_beyond_the_past_geometry_goes_to_the_grid_that_had_it(row):
    """a   | b | c, when b was wider: a gives up what b had and keeps the rest."""
    moved = edits.move_border(row, (A, B), vertical_line(1.6))
    after = restore_grid(moved, A, row.grids)
    assert after.grids[A] == row.grids[A]
    assert longitudes(after, B) == (1, 2)
    assert covers_same_area(row, after)


def test_area_of_a_grid_retired_since_goes_to_the_neighbour_with_the_longest_border(row):
    """b has merged with the upper part of c; restoring b gives that part to d, the lower part."""
    cut = edits.split(row, C, shapely.LineString([(STEP, 0.3 * STEP), (4 * STEP, 0.3 * STEP)]))
    wide = edits.merge(cut, [B, C], into=B)  # b is now b and the upper c, d the lower c
    after = restore_grid(wide, B, row.grids)
    assert after.grids[B].geom.equals(row.grids[B].geom)
    assert list(after.grids) == [A, B, D]
    assert after.grids[D].geom.equals(row.grids[C].geom)
    assert covers_same_area(row, after)


def test_a_grid_that_would_be_left_without_area_is_retired(row):
    halves = edits.split(row, A, vertical_line(0.6))
    after = restore_grid(halves, A, row.grids)
    assert list(after.grids) == [A, B, C]
    assert D in after.used
    assert after.grids[A].geom.equals(row.grids[A].geom)


def test_a_community_is_restored_byte_for_byte(row):
    moved = edits.rename(edits.split(edits.merge(row, [A, B]), C, vertical_line(2.3)), A, "new")
    context = FakeContext(moved, past={PAST_MOMENT: row.grids})
    after = apply({}, Restore(HOME, PAST_MOMENT), context)[HOME]
    assert after.grids == row.grids
    assert D in after.used
    restored = apply({}, Restore(B, PAST_MOMENT), context)[HOME]
    assert restored.grids[B] == row.grids[B]


def test_a_restored_community_is_fitted_to_its_changed_outline(row):
    wider = Partition(HOME, box(0, 0, 4, 1), {A: Grid(None, box(0, 0, 4, 1))}, frozenset())
    after = restore_community(wider, row.grids)
    assert longitudes(after, C) == (2, 4)
    narrower = Partition(HOME, box(0, 0, 2.5, 1), {A: Grid(None, box(0, 0, 2.5, 1))}, frozenset())
    assert longitudes(restore_community(narrower, row.grids), C) == (2, 2.5)


def test_a_grid_that_was_not_in_force_then_is_refused(row):
    with pytest.raises(GridNotInForce):
        restore_grid(row, D, row.grids)
    with pytest.raises(GridNotInForce):
        restore_community(row, {})
    with pytest.raises(NotFound):
        apply({}, Restore("999999999999", PAST_MOMENT), FakeContext(row))


def test_the_moment_keeps_its_time_zone_in_json():
    operation = Restore(A, PAST_MOMENT)
    assert to_json(operation)["at"] == "2025-05-01T00:00:00+00:00"
    assert from_json(to_json(operation)) == operation
    for at in ("2025-05-01T00:00:00", "yesterday", 7, None):
        with pytest.raises(BadOperation):
            from_json({"kind": "restore", "code": A, "at": at})


def test_area_returns_to_the_grid_that_had_it_even_if_that_grid_is_elsewhere_now(row):
    """now   a | b | a | b | c   then   a | b | c"""
    now = row.with_grids(
        {
            A: Grid("a", shapely.MultiPolygon([box(0, 0, 1, 1), box(2, 0, 2.3, 1)])),
            B: Grid("b", shapely.MultiPolygon([box(1, 0, 2, 1), box(2.3, 0, 2.6, 1)])),
            C: Grid("c", box(2.6, 0, 3, 1)),
        }
    )
    after = restore_grid(now, A, row.grids)
    assert longitudes(after, A) == (0, 1)
    assert after.grids[B] == now.grids[B]
    assert [part.bounds[0] / STEP for part in shapely.get_parts(after.grids[C].geom)] == [
        pytest.approx(2),
        pytest.approx(2.6),
    ]
    assert covers_same_area(now, after)
