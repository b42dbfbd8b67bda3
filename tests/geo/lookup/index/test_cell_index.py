import pickle

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.lookup.index.cell_index import CellIndex, Grain, IndexTooLarge, build
from geo.lookup.index.edges import NOWHERE, UnusableGrid
from geo.lookup.index.point_query import assign
from geo.lookup.index.rasterize import BRICK, RECORD, SKETCH, kind_of
from tests.geo.lookup.index import exact
from tests.geo.lookup.index.tilings import as_array, overlapping, tilings


def kinds(index: CellIndex) -> set[int]:
    """What the cells of an index refer to."""
    return {kind_of(value) for value in index.cells[index.cells < NOWHERE].tolist()}


@pytest.fixture
def star():
    """Sixty-four grids that all meet in one corner, like the slices of a cake."""
    turns = np.linspace(0, 2 * np.pi, 65)
    rim = np.column_stack([np.cos(turns), np.sin(turns)])
    rim[-1] = rim[0]
    slices = [shapely.Polygon([(0, 0), rim[i], rim[i + 1]]) for i in range(64)]
    return as_array(slices)


def test_cells_away_from_borders_name_their_grid():
    index = build(as_array([shapely.box(0, 0, 1, 1)]), grain=Grain(10_000, 4))
    counts = dict(zip(*np.unique(index.cells, return_counts=True), strict=True))
    assert 9_000 < counts[0] < 10_000
    assert kinds(index) == {SKETCH}


def test_a_corner_where_many_meet_is_looked_at_ever_more_closely(star):
    index = build(star, grain=Grain(100, 4))
    assert kinds(index) >= {SKETCH, BRICK}
    points = exact.nasty_points(star)
    assert assign(index, points).tolist() == exact.assign(star, points)[0]


def test_edges_too_short_to_draw_are_kept_exactly():
    """A square with a step of a billionth of a degree in one side."""
    step = shapely.Polygon([(0, 0), (1, 0), (1, 0.5), (1 + 1e-9, 0.5), (1 + 1e-9, 1), (0, 1)])
    grids = as_array([step])
    index = build(grids, grain=Grain(9, 100))
    assert RECORD in kinds(index)
    points = exact.nasty_points(grids)
    assert assign(index, points).tolist() == exact.assign(grids, points)[0]


@settings(max_examples=40, deadline=None)
@given(tilings() | overlapping(), st.integers(0, 2**32))
def test_every_grain_gives_the_same_answers(grids, seed):
    points = np.random.default_rng(seed).uniform(-0.2, 3.2, (300, 2))
    points = np.concatenate([points, np.round(points * 3) / 3])
    answers = [
        assign(build(grids, grain=grain), points).tolist()
        for grain in (Grain(1, 1000), Grain(1, 1), Grain(50, 2), Grain(4096, 4))
    ]
    assert all(answer == answers[0] for answer in answers)


def test_memory_is_kept_within_bounds_by_a_coarser_raster(star):
    free, bound = build(star), build(star, memory_bytes=20_000)
    assert bound.nbytes <= 20_000 < free.nbytes
    points = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    assert assign(free, points).tolist() == assign(bound, points).tolist()


def test_too_little_memory_is_refused(star):
    with pytest.raises(IndexTooLarge, match="it may take 1,000"):
        build(star, memory_bytes=1_000)


def test_an_index_survives_pickling(star):
    index = build(star)
    again = pickle.loads(pickle.dumps(index))
    points = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    assert assign(again, points).tolist() == assign(index, points).tolist()
    assert again.nbytes == index.nbytes


def test_the_memory_it_holds_is_that_of_its_arrays(star):
    index = build(star)
    assert abs(len(pickle.dumps(index)) - index.nbytes) < 5_000


def test_a_grid_that_crosses_itself_is_refused():
    """
    |\\  /|
    | \\/ |      a bow tie
    | /\\ |
    |/  \\|
    """
    tie = shapely.Polygon([(0, 0), (0, 1), (1, 0), (1, 1)])
    with pytest.raises(UnusableGrid, match="Grid 1 crosses itself"):
        build(as_array([shapely.box(5, 5, 6, 6), tie]))


def test_a_city_far_smaller_than_rounding_is_still_right():
    """A square of eight ulps a side, a thousand kilometres east of Greenwich."""
    ulp = np.spacing(130.0)
    grids = as_array([shapely.box(130, 47, 130 + 4 * ulp, 47 + 8 * ulp)])
    steps = np.arange(-3, 12)
    points = np.array([(130 + i * ulp, 47 + j * np.spacing(47.0)) for i in steps for j in steps])
    assert assign(build(grids), points).tolist() == exact.assign(grids, points)[0]
