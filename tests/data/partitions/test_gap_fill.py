"""Filled gaps: the result tiles, and no polygon grows a long arm."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.partitions import gap_fill
from data.reading.geometry import repair
from geo.geometry import topology

FAR = 1e9
"""A step longer than any edge: no corners are inserted."""


def tiled(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    """Rectangles that share their corners as a coverage does."""
    return shapely.coverage_clean(np.array([shapely.box(*b) for b in boxes], dtype=object))


def gaps(geoms: np.ndarray) -> np.ndarray:
    return np.array([patch.polygon for patch in topology.find_gaps(geoms)], dtype=object)


def is_filled(before: np.ndarray, after: np.ndarray) -> bool:
    """Return whether polygons tile without holes and have lost nothing."""
    grown = shapely.covers(shapely.buffer(after, 1e-9), before).all()
    whole = shapely.union_all(after)
    return bool(
        shapely.coverage_is_valid(after) and grown and not len(shapely.get_rings(whole)) > 1
    )


@pytest.fixture
def crossing() -> np.ndarray:
    """a | b   a gap like a cross between four squares, closed by a frame around them
    --+--
    c | d
    """
    squares = [(0, 0.51, 0.49, 1), (0.51, 0.51, 1, 1), (0, 0, 0.49, 0.49), (0.51, 0, 1, 0.49)]
    frame = shapely.box(-1, -1, 2, 2).difference(shapely.box(0, 0, 1, 1))
    return shapely.coverage_clean(
        np.array([*(shapely.box(*square) for square in squares), frame], dtype=object)
    )


def test_a_cross_shaped_gap_is_shared_between_its_neighbours(crossing: np.ndarray) -> None:
    filled = gap_fill.fill(crossing, gaps(crossing), 0.1)
    assert is_filled(crossing, filled)
    growth = shapely.area(filled) - shapely.area(crossing)
    assert (growth > -1e-12).all()
    assert growth.sum() == pytest.approx(shapely.area(gaps(crossing)).sum())


def test_no_polygon_grows_farther_than_the_width_of_the_gap_and_one_step(
    crossing: np.ndarray,
) -> None:
    filled = gap_fill.fill(crossing, gaps(crossing), 0.1)
    assert shapely.hausdorff_distance(crossing[:4], filled[:4]).max() < 0.02 + 0.1 + 0.01
    whole = shapely.coverage_clean(crossing, gap_width=0.05)
    assert shapely.hausdorff_distance(crossing, whole).max() > 0.3, "one neighbour got it all"


@pytest.mark.parametrize("step", [1, FAR])
def test_a_long_gap_goes_to_the_polygons_along_it_and_not_to_those_at_its_ends(step: float) -> None:
    """One over the other, a thin gap between them, closed at both ends by posts."""
    row = tiled((0, 0, 10, 1), (0, 1.1, 10, 2), (-1, 0, 0, 2), (10, 0, 11, 2))
    filled = gap_fill.fill(row, gaps(row), step)
    assert is_filled(row, filled)
    assert shapely.area(filled)[:2].sum() == pytest.approx(20)
    assert shapely.area(filled)[2:] == pytest.approx([2, 2])


def test_a_gap_around_an_island_is_filled() -> None:
    ring = shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))
    geoms = np.array([ring, shapely.box(3.1, 3.1, 5.9, 5.9)], dtype=object)
    filled = gap_fill.fill(geoms, gaps(geoms), 0.5)
    assert shapely.coverage_is_valid(filled)
    assert shapely.area(filled).sum() == pytest.approx(81)


def test_other_gaps_stay_open(crossing: np.ndarray) -> None:
    assert gap_fill.fill(crossing, np.empty(0, dtype=object), 0.1).tolist() == crossing.tolist()


@given(
    st.lists(st.floats(0.05, 0.95), min_size=2, max_size=5, unique=True),
    st.lists(st.floats(0.05, 0.95), min_size=2, max_size=5, unique=True),
    st.floats(0.001, 0.02),
)
def test_streets_between_any_blocks_are_filled(
    across: list[float], along: list[float], half: float
) -> None:
    """Blocks of a town with gaps as streets between them, and a ring road around the town."""
    xs, ys = ([-0.1, *sorted(cuts), 1.1] for cuts in (across, along))
    blocks = [
        shapely.box(x0 + half, y0 + half, x1 - half, y1 - half)
        for x0, x1 in pairwise(xs)
        for y0, y1 in pairwise(ys)
        if x1 - x0 > 3 * half and y1 - y0 > 3 * half
    ]
    town = shapely.box(-0.1, -0.1, 1.1, 1.1)
    ring_road = shapely.box(-1, -1, 2, 2).difference(town)
    geoms = shapely.coverage_clean(np.array([*blocks, ring_road], dtype=object))
    filled = gap_fill.fill(geoms, gaps(geoms), 0.2)
    assert shapely.coverage_is_valid(filled)
    assert shapely.is_valid(filled).all()
    assert shapely.area(filled).sum() == pytest.approx(9)


def test_narrow_gaps_of_tokyo_are_filled_without_long_arms(realdata: Path) -> None:
    """3,142 areas simplified each on its own; half a thousandth of a degree is some 50 m."""
    path = realdata / "partitions/tokyo23ku_smallareas2015_simplified.gpkg"
    geoms = pyogrio.read_dataframe(path).geometry.to_numpy().astype(object)
    bad = ~shapely.is_valid(geoms)
    geoms[bad] = repair.repair_polygons(geoms[bad]).geoms
    clean = shapely.coverage_clean(geoms, snapping_distance=1e-7)
    clean = shapely.transform(clean, lambda coords: np.round(coords, 8))
    all_gaps = gaps(clean)
    narrow = all_gaps[2 * shapely.length(shapely.maximum_inscribed_circle(all_gaps)) < 3e-4]
    assert len(narrow) > 4_000
    filled = gap_fill.fill(clean, narrow, 5e-4)
    assert shapely.coverage_is_valid(filled)
    assert shapely.is_valid(filled).all()
    assert np.quantile(shapely.hausdorff_distance(clean, filled), 0.999) < 1e-3
    assert len(gaps(filled)) == len(all_gaps) - len(narrow)
