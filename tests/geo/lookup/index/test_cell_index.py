import pickle

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.lookup.index.cell_index import CellIndex, IndexTooLarge, Resolution, build
from geo.lookup.index.edges import NOWHERE, UnusableGrid
from geo.lookup.index.point_query import assign
from geo.lookup.index.rasterize import EXACT, QUANTIZED, SUBRASTER, reference_kind
from tests.geo.lookup.index import exact
from tests.geo.lookup.index.tilings import as_array, overlapping, tilings


def reference_kinds(index: CellIndex) -> set[int]:
    """The kinds of reference in the cells of an index."""
    return {reference_kind(value) for value in index.cells[index.cells < NOWHERE].tolist()}


@pytest.fixture
def star():
    """Sixty-four grids that all meet in one point, like the slices of a cake."""
    angles = np.linspace(0, 2 * np.pi, 65)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    circle[-1] = circle[0]
    slices = [shapely.Polygon([(0, 0), circle[i], circle[i + 1]]) for i in range(64)]
    return as_array(slices)


def test_cells_away_from_borders_hold_the_position_of_their_grid():
    index = build(as_array([shapely.box(0, 0, 1, 1)]), resolution=Resolution(10_000, 4))
    counts = dict(zip(*np.unique(index.cells, return_counts=True), strict=True))
    assert 9_000 < counts[0] < 10_000
    assert reference_kinds(index) == {QUANTIZED}


def test_cells_are_subdivided_where_many_borders_meet(star):
    index = build(star, resolution=Resolution(100, 4))
    assert reference_kinds(index) >= {QUANTIZED, SUBRASTER}
    points = exact.hard_points(star)
    assert assign(index, points).tolist() == exact.assign(star, points)[0]


def test_a_cell_with_an_edge_too_short_to_quantize_becomes_an_exact_cell():
    """A square with a step of a billionth of a degree in one side."""
    step = shapely.Polygon([(0, 0), (1, 0), (1, 0.5), (1 + 1e-9, 0.5), (1 + 1e-9, 1), (0, 1)])
    grids = as_array([step])
    index = build(grids, resolution=Resolution(9, 100))
    assert EXACT in reference_kinds(index)
    points = exact.hard_points(grids)
    assert assign(index, points).tolist() == exact.assign(grids, points)[0]


@settings(max_examples=40, deadline=None)
@given(tilings() | overlapping(), st.integers(0, 2**32))
def test_every_resolution_gives_the_same_results(grids, seed):
    points = np.random.default_rng(seed).uniform(-0.2, 3.2, (300, 2))
    points = np.concatenate([points, np.round(points * 3) / 3])
    results = [
        assign(build(grids, resolution=resolution), points).tolist()
        for resolution in (
            Resolution(1, 1000),
            Resolution(1, 1),
            Resolution(50, 2),
            Resolution(4096, 4),
        )
    ]
    assert all(result == results[0] for result in results)


def test_a_coarser_raster_keeps_the_index_within_its_memory_limit(star):
    unlimited, limited = build(star), build(star, memory_bytes=20_000)
    assert limited.nbytes <= 20_000 < unlimited.nbytes
    points = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    assert assign(unlimited, points).tolist() == assign(limited, points).tolist()


def test_a_memory_limit_too_small_for_any_resolution_is_an_error(star):
    with pytest.raises(IndexTooLarge, match="the limit is 1,000"):
        build(star, memory_bytes=1_000)


def test_an_index_survives_pickling(star):
    index = build(star)
    copy = pickle.loads(pickle.dumps(index))
    points = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    assert assign(copy, points).tolist() == assign(index, points).tolist()
    assert copy.nbytes == index.nbytes


def test_nbytes_is_the_size_of_the_arrays(star):
    index = build(star)
    assert abs(len(pickle.dumps(index)) - index.nbytes) < 5_000


def test_a_grid_that_crosses_itself_is_an_error():
    """
    |\\  /|
    | \\/ |      a bow tie
    | /\\ |
    |/  \\|
    """
    bow_tie = shapely.Polygon([(0, 0), (0, 1), (1, 0), (1, 1)])
    with pytest.raises(UnusableGrid, match="Grid 1 crosses itself"):
        build(as_array([shapely.box(5, 5, 6, 6), bow_tie]))


def test_a_grid_of_a_few_ulps_is_located_exactly():
    """A square of eight ulps a side, 130 degrees east of Greenwich."""
    ulp = np.spacing(130.0)
    grids = as_array([shapely.box(130, 47, 130 + 4 * ulp, 47 + 8 * ulp)])
    steps = np.arange(-3, 12)
    points = np.array([(130 + i * ulp, 47 + j * np.spacing(47.0)) for i in steps for j in steps])
    assert assign(build(grids), points).tolist() == exact.assign(grids, points)[0]
