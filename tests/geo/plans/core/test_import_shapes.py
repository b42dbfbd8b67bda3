"""Grids that come as shapes tile their community, or are refused with size and place."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.codes import BadNesting
from geo.geometry import topology
from geo.plans.core.edits import CodeTaken
from geo.plans.core.import_shapes import NotTiling, Shape, bring, fit
from geo.plans.core.operations import BadOperation, Import, from_json, to_json
from geo.plans.core.partition import Grid, Partition, shapes, tiles_ground

HOME = "230402001001"
A, B, C, D = (f"{HOME}{number:03}" for number in range(1, 5))
STEP = 0.001


def box(west, south, east, north):
    return shapely.box(west * STEP, south * STEP, east * STEP, north * STEP)


@pytest.fixture
def row() -> Partition:
    """a | b | c   three squares side by side."""
    grids = {code: Grid(code[-1], box(x, 0, x + 1, 1)) for x, code in enumerate((A, B, C))}
    return Partition(HOME, box(0, 0, 3, 1), grids, frozenset())


def test_shapes_that_tile_come_in_as_they_are_with_fresh_codes_in_reading_order(row):
    given = [Shape(box(1.5, 0, 3, 1)), Shape(box(0, 0, 1.5, 1), name="west")]
    after = bring(row, given)
    assert list(after.grids) == [D, f"{HOME}005"]
    assert after.grids[D] == Grid("west", given[1].geometry)
    assert after.grids[f"{HOME}005"] == Grid(None, given[0].geometry)


def test_a_grid_may_keep_the_code_of_one_in_force_and_with_it_the_name(row):
    after = bring(row, [Shape(box(0, 0, 2, 1), B), Shape(box(2, 0, 3, 1), D)])
    assert {code: grid.name for code, grid in after.grids.items()} == {B: "2", D: None}
    with pytest.raises(CodeTaken):
        bring(after, [Shape(box(0, 0, 2, 1), A), Shape(box(2, 0, 3, 1))])
    with pytest.raises(BadNesting):
        bring(after, [Shape(box(0, 0, 3, 1), "230402001002001")])
    with pytest.raises(CodeTaken):
        bring(after, [Shape(box(0, 0, 2, 1), B), Shape(box(2, 0, 3, 1), B)])


def test_corners_a_centimetre_off_are_snapped_and_half_a_metre_is_refused(row):
    near, far = 0.9e-7 / STEP, 5e-6 / STEP
    after = bring(row, [Shape(box(near, 0, 1.5, 1)), Shape(box(1.5 + near, -near, 3, 1 + near))])
    assert tiles_ground(shapes(after), row.outline)
    with pytest.raises(NotTiling, match=r"1 × gap, 61\.\d\d m².* at 0\.001502,0\.0005") as refused:
        bring(row, [Shape(box(0, 0, 1.5, 1)), Shape(box(1.5 + far, 0, 3, 1))])
    assert "--repair" in (refused.value.hint or "")
    with pytest.raises(NotTiling, match=r"1 × overlap.*of grids 1 and 2"):
        bring(row, [Shape(box(0, 0, 1.5 + far, 1)), Shape(box(1.5, 0, 3, 1))])
    with pytest.raises(NotTiling, match="beyond the community"):
        bring(row, [Shape(box(0, 0, 1.5, 1)), Shape(box(1.5, 0, 3.1, 1))])


def test_to_mend_is_to_give_a_gap_to_the_longest_border():
    """a . b   the gap between is higher at b: it goes to b."""
    gap = [box(0, 0, 1, 0.4), box(0, 0.4, 1, 1), box(1.2, 0, 2, 1)]
    mended = fit(box(0, 0, 2, 1), np.array(gap, dtype=object), mend=True)
    assert mended[2].area == pytest.approx(STEP**2)
    assert tiles_ground(np.array(mended, dtype=object), box(0, 0, 2, 1))


def test_shapes_go_to_json_and_back_and_bad_ones_are_refused():
    step = Import(HOME, (Shape(box(0, 0, 1, 1), A), Shape(box(1, 0, 2, 1), name="east")))
    assert from_json(to_json(step)) == step
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    for geometry in (bow, {"type": "Point", "coordinates": [0, 0]}, None):
        with pytest.raises(BadOperation):
            from_json({"kind": "import", "community": HOME, "grids": [{"geometry": geometry}]})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_any_tiling_shaken_by_less_than_a_centimetre_is_fitted(seed, count):
    """Second opinion: topology.flaws finds nothing, and every grid is its cell but for a rim."""
    rng = np.random.default_rng(seed)
    outline = shapely.Polygon([(0, 0), (0.004, 0.0003), (0.0037, 0.003), (0.0002, 0.0028)])
    spots = shapely.MultiPoint(rng.uniform(0.0002, 0.0028, (count, 2)))
    regions = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=outline))
    cells = shapely.intersection(regions, outline)
    assume(shapely.area(cells).min() > 1e-8)
    corners = [shapely.get_coordinates(cell)[:-1] for cell in cells]
    shaken = np.array(
        [shapely.Polygon(ring + rng.uniform(-3e-8, 3e-8, ring.shape)) for ring in corners],
        dtype=object,
    )
    fitted = np.array(fit(outline, shaken), dtype=object)
    assert topology.flaws(fitted, outline) == []
    for cell, shape in zip(cells, fitted, strict=True):
        assert shapely.symmetric_difference(cell, shape).area < cell.length * 3e-7
