"""Denver's precincts of 2016, repaired by Gridward and by maup: which borders moved."""

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

OPTIONS = {"columns": {"code": "NAMELSAD", "name": "NAMELSAD"}, "lengths": (6,)}
"""Import options. Codes are such as `Denver 101`; the first six characters are the community."""
GAP_M2 = 798.8
NEAR_M = 0.02


@pytest.fixture
def original(realdata) -> Path:
    return realdata / "partitions/denver_precincts2016_orig.gpkg"


@pytest.fixture
def repaired_by_maup(realdata) -> Path:
    return realdata / "partitions/denver_precincts2016_repaired.gpkg"


def precincts(path: Path) -> np.ndarray:
    """The precincts of a file in WGS 84, ordered by code."""
    table = geopandas.read_file(path).to_crs(4326).sort_values("NAMELSAD")
    return np.asarray(shapely.force_2d(table.geometry.values), dtype=object)


def stored_grids(database) -> np.ndarray:
    with database.connect() as connection:
        rows = connection.execute(
            text("SELECT ST_AsBinary(geom) FROM micro_grid WHERE upper_inf(in_force) ORDER BY code")
        )
        return np.asarray(shapely.from_wkb([bytes(row[0]) for row in rows]), dtype=object)


def containing(points: np.ndarray, shapes: np.ndarray) -> list[set[int]]:
    """The positions of the shapes that contain each point."""
    result: list[set[int]] = [set() for _ in points]
    for point, shape in shapely.STRtree(shapes).query(points, predicate="intersects").T.tolist():
        result[point].add(shape)
    return result


def changed_m2(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.array(
        [topology.area_m2(patch) for patch in shapely.symmetric_difference(before, after)]
    )


def test_the_original_is_refused_for_its_gap_and_repair_closes_only_that_gap(
    import_file, database, original
):
    with pytest.raises(BadData) as refused:
        import_file(DatasetKind.GRIDS, original, **OPTIONS)
    assert refused.value.log.counts == {"gap": 1}
    outcome = import_file(DatasetKind.GRIDS, original, repair=True, **OPTIONS)
    assert (outcome.added, outcome.revision) == (346, 1)
    note = re.match(
        r"1 grid changed .*: 0\.0 m² removed .*, ([\d.]+) m² added from gaps, "
        r"borders moved by up to ([\d.]+) m; "
        r"pieces gained or lost whole \(Denver 120 ([\d.]+) m²\)",
        outcome.notes[0],
    )
    assert note, outcome.notes
    gained, moved, filled = map(float, note.groups())
    before, after = precincts(original), stored_grids(database)
    changed = changed_m2(before, after)
    assert gained == pytest.approx(GAP_M2, abs=1) == pytest.approx(changed.max(), abs=1)
    assert np.sort(changed)[-2] < 0.001, "all others are as they were"
    assert moved == 0, "the gap is a hole of one precinct: filling it moves no border"
    assert filled == gained
    assert topology.is_valid_coverage(after)
    assert topology.find_overlaps(after) == []


def test_repair_keeps_every_point_in_its_precinct(import_file, database, original):
    import_file(DatasetKind.GRIDS, original, repair=True, **OPTIONS)
    before, after = precincts(original), stored_grids(database)
    rng = np.random.default_rng(0)
    west, south, east, north = shapely.total_bounds(before)
    points = shapely.points(rng.uniform((west, south), (east, north), (200_000, 2)))
    corners = shapely.get_coordinates(before)[::4]
    near_corners = shapely.points(
        corners + rng.normal(0, 2e-6, corners.shape)
    )  # near corners, where rounding matters most
    points = np.concatenate([points, near_corners])
    was, now = containing(points, before), containing(points, after)
    plane = LocalProjection(before)
    borders = shapely.union_all(shapely.boundary(plane.to_metres(before)))
    shapely.prepare(borders)
    gap = shapely.difference(shapely.union_all(after), topology.union(before))
    unchanged = 0
    for point, one, other in zip(points, was, now, strict=True):
        if len(one) == 1 and one != other:
            assert shapely.distance(borders, plane.to_metres(point)) < NEAR_M, point
        unchanged += len(one) == 1 and one == other
        if not one and other:
            assert shapely.distance(gap, point) < 1e-7, point
    assert unchanged > 60_000


def test_maup_moved_more_area_and_its_repair_is_imported_as_a_revision(
    import_file, database, original, repaired_by_maup
):
    """maup moved borders onto those of census blocks: 4 km² changed precinct."""
    import_file(DatasetKind.GRIDS, original, repair=True, **OPTIONS)
    before, own, maup = precincts(original), stored_grids(database), precincts(repaired_by_maup)
    plane = LocalProjection(before)
    moved = shapely.hausdorff_distance(plane.to_metres(before), plane.to_metres(maup))
    assert changed_m2(before, own).sum() == pytest.approx(GAP_M2, abs=1)
    assert changed_m2(before, maup).sum() == pytest.approx(4.02e6, rel=0.01)
    assert (moved.max(), np.median(moved)) == (
        pytest.approx(342.5, abs=1),
        pytest.approx(0, abs=0.01),
    )
    assert (moved > 1).sum() == 61
    outcome = import_file(DatasetKind.GRIDS, repaired_by_maup, repair=True, **OPTIONS)
    assert (outcome.added, outcome.updated, outcome.revision) == (0, 89, 2)
    assert changed_m2(maup, stored_grids(database)).max() < 10


def test_a_plan_step_refuses_the_original_and_accepts_the_repaired_file(
    import_file, database, original
):
    import_file(DatasetKind.GRIDS, original, repair=True, **OPTIONS)
    before, after = precincts(original), stored_grids(database)
    outline = topology.union(after)
    empty = Partition("Denver", outline, {}, frozenset())
    with pytest.raises(GridsNotTiling, match=r"1 × gap, 79\d\.\d\d m²"):
        bring_into(empty, [GridShape(geom, f"Denver {at:03}") for at, geom in enumerate(before)])
    shapes = [GridShape(geom, f"Denver {at:03}") for at, geom in enumerate(after)]
    partition = bring_into(empty, shapes)
    geoms = np.array([grid.geom for grid in partition.grids.values()], dtype=object)
    assert tiles_outline(geoms, outline)
    assert shapely.equals(geoms, after).all()
