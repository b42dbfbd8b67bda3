"""Imported grids tile their community, or are refused with the size and a point of defects."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.codes import BadNesting
from geo.plans.core.edits import CodeTaken
from geo.plans.core.import_shapes import GridShape, GridsNotTiling, fit_to_outline, import_grids
from geo.plans.core.operations import BadOperation, Import, from_json, to_json
from geo.plans.core.partition import Grid, Partition, grid_geometries
from geo.quality.tiling import find_defects, tiles_outline

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


def test_polygons_that_tile_are_imported_unchanged_with_new_codes_in_reading_order(row):
    shapes = [GridShape(box(1.5, 0, 3, 1)), GridShape(box(0, 0, 1.5, 1), name="west")]
    after = import_grids(row, shapes)
    assert list(after.grids) == [D, f"{HOME}005"]
    assert after.grids[D] == Grid("west", shapes[1].geometry)
    assert after.grids[f"{HOME}005"] == Grid(None, shapes[0].geometry)


def test_a_grid_may_keep_the_code_and_name_of_one_in_force(row):
    after = import_grids(row, [GridShape(box(0, 0, 2, 1), B), GridShape(box(2, 0, 3, 1), D)])
    assert {code: grid.name for code, grid in after.grids.items()} == {B: "2", D: None}
    with pytest.raises(CodeTaken):
        import_grids(after, [GridShape(box(0, 0, 2, 1), A), GridShape(box(2, 0, 3, 1))])
    with pytest.raises(BadNesting):
        import_grids(after, [GridShape(box(0, 0, 3, 1), "230402001002001")])
    with pytest.raises(CodeTaken):
        import_grids(after, [GridShape(box(0, 0, 2, 1), B), GridShape(box(2, 0, 3, 1), B)])


def test_imported_grids_have_no_precision_that_would_round_what_is_computed_from_them(row):
    rounded = shapely.set_precision(grid_geometries(row), 1e-8)
    after = import_grids(row, [GridShape(geom) for geom in rounded])
    assert not shapely.get_precision(grid_geometries(after)).any()


def test_vertices_a_centimetre_off_are_snapped_and_half_a_metre_off_are_refused(row):
    near, far = 0.9e-7 / STEP, 5e-6 / STEP
    after = import_grids(
        row, [GridShape(box(near, 0, 1.5, 1)), GridShape(box(1.5 + near, -near, 3, 1 + near))]
    )
    assert tiles_outline(grid_geometries(after), row.outline)
    with pytest.raises(
        GridsNotTiling, match=r"1 × gap, 61\.\d\d m².* at 0\.001502,0\.0005"
    ) as refused:
        import_grids(row, [GridShape(box(0, 0, 1.5, 1)), GridShape(box(1.5 + far, 0, 3, 1))])
    assert "--repair" in (refused.value.hint or "")
    with pytest.raises(GridsNotTiling, match=r"1 × overlap.*of grids 1 and 2"):
        import_grids(row, [GridShape(box(0, 0, 1.5 + far, 1)), GridShape(box(1.5, 0, 3, 1))])
    with pytest.raises(GridsNotTiling, match="outside the community"):
        import_grids(row, [GridShape(box(0, 0, 1.5, 1)), GridShape(box(1.5, 0, 3.1, 1))])


def test_repair_gives_a_gap_to_the_neighbour_with_the_longest_border():
    """a . b   the gap between is higher at b: it goes to b."""
    gap = [box(0, 0, 1, 0.4), box(0, 0.4, 1, 1), box(1.2, 0, 2, 1)]
    repaired = fit_to_outline(box(0, 0, 2, 1), np.array(gap, dtype=object), repair=True)
    assert repaired[2].area == pytest.approx(STEP**2)
    assert tiles_outline(np.array(repaired, dtype=object), box(0, 0, 2, 1))


def test_imports_round_trip_through_json_and_invalid_geometries_are_refused():
    operation = Import(
        HOME, (GridShape(box(0, 0, 1, 1), A), GridShape(box(1, 0, 2, 1), name="east"))
    )
    assert from_json(to_json(operation)) == operation
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    for geometry in (bow, {"type": "Point", "coordinates": [0, 0]}, None):
        with pytest.raises(BadOperation):
            from_json({"kind": "import", "community": HOME, "grids": [{"geometry": geometry}]})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_any_tiling_with_vertices_less_than_a_centimetre_off_is_fitted(seed, count):
    """Second opinion: no defects, and each grid differs from its cell by a rim at most."""
    rng = np.random.default_rng(seed)
    outline = shapely.Polygon([(0, 0), (0.004, 0.0003), (0.0037, 0.003), (0.0002, 0.0028)])
    points = shapely.MultiPoint(rng.uniform(0.0002, 0.0028, (count, 2)))
    unclipped = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=outline))
    cells = shapely.intersection(unclipped, outline)
    assume(shapely.area(cells).min() > 1e-8)
    rings = [shapely.get_coordinates(cell)[:-1] for cell in cells]
    moved = np.array(
        [shapely.Polygon(ring + rng.uniform(-3e-8, 3e-8, ring.shape)) for ring in rings],
        dtype=object,
    )
    fitted = np.array(fit_to_outline(outline, moved), dtype=object)
    assert find_defects(fitted, outline) == []
    for cell, geom in zip(cells, fitted, strict=True):
        assert shapely.symmetric_difference(cell, geom).area < cell.length * 3e-7
