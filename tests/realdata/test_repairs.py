"""Denver's precincts of 2016, repaired by us and by others: what moved, and what stayed."""

import re
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from sqlalchemy import text

from data.columns import DatasetKind
from data.partitions.repair import LocalProjection
from data.row_errors import BadData
from geo.geometry import topology
from geo.plans.core.import_shapes import GridShape, GridsNotTiling
from geo.plans.core.import_shapes import import_grids as bring_into
from geo.plans.core.partition import Partition
from geo.quality.tiling import tiles_outline

TOLD = {"columns": {"code": "NAMELSAD", "name": "NAMELSAD"}, "lengths": (6,)}
"""Codes such as `Denver 101`; what they begin with is the community."""
GAP_M2, GAP_WIDTH_M = 798.8, 18.66
NEAR_M = 0.02


@pytest.fixture
def original(realdata) -> Path:
    return realdata / "partitions/denver_precincts2016_orig.gpkg"


@pytest.fixture
def repaired_by_others(realdata) -> Path:
    return realdata / "partitions/denver_precincts2016_repaired.gpkg"


def precincts(path: Path) -> np.ndarray:
    """The precincts of a file in WGS 84, by rising code."""
    table = geopandas.read_file(path).to_crs(4326).sort_values("NAMELSAD")
    return np.asarray(shapely.force_2d(table.geometry.values), dtype=object)


def ours(register) -> np.ndarray:
    with register.connect() as connection:
        rows = connection.execute(
            text("SELECT ST_AsBinary(geom) FROM micro_grid WHERE upper_inf(in_force) ORDER BY code")
        )
        return np.asarray(shapely.from_wkb([bytes(row[0]) for row in rows]), dtype=object)


def held(points: np.ndarray, shapes: np.ndarray) -> list[set[int]]:
    """Which shapes each point is in."""
    found: list[set[int]] = [set() for _ in points]
    for point, shape in shapely.STRtree(shapes).query(points, predicate="intersects").T.tolist():
        found[point].add(shape)
    return found


def changed_m2(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.array(
        [topology.area_m2(patch) for patch in shapely.symmetric_difference(before, after)]
    )


def test_the_original_is_refused_for_its_gap_and_repaired_by_closing_that_alone(
    bring, register, original
):
    with pytest.raises(BadData) as refused:
        bring(DatasetKind.GRIDS, original, **TOLD)
    assert refused.value.log.counts == {"gap": 1}
    outcome = bring(DatasetKind.GRIDS, original, repair=True, **TOLD)
    assert (outcome.added, outcome.revision) == (346, 1)
    told = re.match(
        r"1 grid changed .*: 0\.0 m² removed .*, ([\d.]+) m² added from gaps, "
        r"borders moved by up to ([\d.]+) m",
        outcome.notes[0],
    )
    assert told, outcome.notes
    gained, moved = map(float, told.groups())
    before, after = precincts(original), ours(register)
    changed = changed_m2(before, after)
    assert gained == pytest.approx(GAP_M2, abs=1) == pytest.approx(changed.max(), abs=1)
    assert np.sort(changed)[-2] < 0.001, "all others are as they were"
    assert moved == pytest.approx(GAP_WIDTH_M, abs=0.1), "as wide as the gap, not as it is long"
    assert topology.is_valid_coverage(after)
    assert topology.find_overlaps(after) == []


def test_every_point_that_was_in_one_precinct_is_in_the_same_one(bring, register, original):
    bring(DatasetKind.GRIDS, original, repair=True, **TOLD)
    before, after = precincts(original), ours(register)
    rng = np.random.default_rng(0)
    west, south, east, north = shapely.total_bounds(before)
    points = shapely.points(rng.uniform((west, south), (east, north), (200_000, 2)))
    corners = shapely.get_coordinates(before)[::4]
    beside = shapely.points(corners + rng.normal(0, 2e-6, corners.shape))  # where it is hardest
    points = np.concatenate([points, beside])
    was, now = held(points, before), held(points, after)
    plane = LocalProjection(before)
    borders = shapely.union_all(shapely.boundary(plane.to_metres(before)))
    shapely.prepare(borders)
    gap = shapely.difference(shapely.union_all(after), topology.union(before))
    kept = 0
    for point, one, other in zip(points, was, now, strict=True):
        if len(one) == 1 and one != other:
            assert shapely.distance(borders, plane.to_metres(point)) < NEAR_M, point
        kept += len(one) == 1 and one == other
        if not one and other:
            assert shapely.distance(gap, point) < 1e-7, point
    assert kept > 60_000


def test_others_moved_more_ground_and_their_repair_comes_in_over_ours(
    bring, register, original, repaired_by_others
):
    """maup moved borders onto those of census blocks: another precinct's ground, 4 km² in all."""
    bring(DatasetKind.GRIDS, original, repair=True, **TOLD)
    before, mine, theirs = precincts(original), ours(register), precincts(repaired_by_others)
    plane = LocalProjection(before)
    moved = shapely.hausdorff_distance(plane.to_metres(before), plane.to_metres(theirs))
    assert changed_m2(before, mine).sum() == pytest.approx(GAP_M2, abs=1)
    assert changed_m2(before, theirs).sum() == pytest.approx(4.02e6, rel=0.01)
    assert (moved.max(), np.median(moved)) == (
        pytest.approx(342.5, abs=1),
        pytest.approx(0, abs=0.01),
    )
    assert (moved > 1).sum() == 61
    outcome = bring(DatasetKind.GRIDS, repaired_by_others, repair=True, **TOLD)
    assert (outcome.added, outcome.updated, outcome.revision) == (0, 89, 2)
    assert changed_m2(theirs, ours(register)).max() < 10


def test_as_a_step_of_a_plan_the_original_is_refused_and_the_repaired_one_taken(
    bring, register, original
):
    bring(DatasetKind.GRIDS, original, repair=True, **TOLD)
    before, after = precincts(original), ours(register)
    ground = topology.union(after)
    empty = Partition("Denver", ground, {}, frozenset())
    with pytest.raises(GridsNotTiling, match=r"1 × gap, 79\d\.\d\d m²"):
        bring_into(empty, [GridShape(geom, f"Denver {at:03}") for at, geom in enumerate(before)])
    shapes = [GridShape(geom, f"Denver {at:03}") for at, geom in enumerate(after)]
    taken = bring_into(empty, shapes)
    geoms = np.array([grid.geom for grid in taken.grids.values()], dtype=object)
    assert tiles_outline(geoms, ground)
    assert shapely.equals(geoms, after).all()
