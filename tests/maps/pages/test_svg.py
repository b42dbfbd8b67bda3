"""SVG drawings of a community: its grids, their labels, and every building."""

import re

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, box

from geo.plans.core.partition import Grid, Partition
from maps.pages import svg

COMMUNITY = "230403001001"
CODES = (f"{COMMUNITY}001", f"{COMMUNITY}002")


@pytest.fixture
def two_grids() -> Partition:
    """a | b   two grids side by side."""
    west, east = box(130.30, 47.35, 130.31, 47.36), box(130.31, 47.35, 130.32, 47.36)
    return Partition(
        COMMUNITY,
        shapely.union(west, east),
        {CODES[0]: Grid(None, west), CODES[1]: Grid(None, east)},
        frozenset(CODES),
    )


def rings_of(path: str) -> list[list[tuple[float, float]]]:
    return [
        [tuple(map(float, corner.split(","))) for corner in ring.split()]
        for ring in re.findall(r"M([^Z]+)Z", path)
    ]


def paths_of(drawing: str) -> list[str]:
    return re.findall(r'<path d="([^"]*)"', drawing)


def test_every_grid_has_a_path_and_a_label(two_grids: Partition):
    drawing = svg.render_partition(CODES, two_grids, np.array([], dtype=object))
    assert [len(rings_of(path)) for path in paths_of(drawing)] == [1, 1, 0]
    assert re.findall(r"<text[^>]*>(\d+)</text>", drawing) == ["001", "002"]


def test_every_part_of_a_building_is_drawn(two_grids: Partition):
    """Footprints are multipolygons, as the database stores them."""
    wing = box(130.302, 47.352, 130.303, 47.353)
    other_wing = shapely.affinity.translate(wing, 0.002)
    footprints = np.array([MultiPolygon([wing, other_wing]), MultiPolygon([wing])], dtype=object)
    *_, buildings = paths_of(svg.render_partition(CODES, two_grids, footprints))
    assert len(rings_of(buildings)) == 3


def test_north_is_up(two_grids: Partition):
    north = np.array([box(130.305, 47.358, 130.306, 47.359)], dtype=object)
    south = np.array([box(130.305, 47.351, 130.306, 47.352)], dtype=object)
    upper, lower = (
        rings_of(paths_of(svg.render_partition(CODES, two_grids, footprints))[-1])[0]
        for footprints in (north, south)
    )
    assert max(y for _, y in upper) < min(y for _, y in lower)


def test_a_metre_has_the_same_length_in_both_directions(two_grids: Partition):
    drawing = svg.render_partition(CODES, two_grids, np.array([], dtype=object))
    ((west_ring,), (east_ring,)) = (rings_of(path) for path in paths_of(drawing)[:2])
    assert min(x for x, _ in east_ring) == max(x for x, _ in west_ring)
    width, height = np.ptp(np.array(west_ring), axis=0)
    assert width / height == pytest.approx(np.cos(np.radians(47.355)), abs=0.01)
