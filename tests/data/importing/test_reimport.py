"""Importing one's own export changes nothing, with and without a repair."""

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from data.columns import DatasetKind
from data.exporting import export, writer
from geo import city_time
from geo.grids import revisions
from geo.grids.revisions import Delta, GridVersion
from geo.models import Revision
from tests.data.importing.grid_imports import counts, grid_file, grids_in_force
from tests.district import COMMUNITY_1, COMMUNITY_2
from tests.town_builder import box, write_file

FULL_PRECISION = (".gpkg", ".fgb", ".parquet", ".shp", ".csv", ".geojson", ".kml", ".xlsx")


def reimport(session, import_grids, folder, suffix, **options):
    """Export the grids in force and import the file."""
    frame = export.fetch_dataset(session, DatasetKind.GRIDS, at=city_time.now())
    path = folder / f"own{suffix}"
    writer.write_frame(frame, path)
    return import_grids(path, **options)


@pytest.fixture
def uneven_grids(import_after_town_grids, session):
    """Stored grids as edits leave them: corners with all decimals, some of them only in one grid.

    ```
    ├─001─┼─002─┼──s_001──┼─s_002─┤    001 and 002 meet beside a third of a step; the corner of
    │     ╲     ├─────────┤       │    s_003 lies on the border of 002, in another community
    ```
    """
    third = 1e-8 / 3
    meet = (130.01 + third, 47.005 - third)
    west = [(130, 47), (130.01, 47), meet, (130.01, 47.01), (130, 47.01)]
    east = [(130.01, 47), (130.02, 47), (130.02, 47.01), (130.01, 47.01), meet]
    corner = 47.005 + third
    shapes = {
        COMMUNITY_1 + "001": shapely.Polygon(west),
        COMMUNITY_1 + "002": shapely.Polygon(east),
        COMMUNITY_2 + "001": shapely.box(130.02, 47, 130.03, corner),
        COMMUNITY_2 + "003": shapely.box(130.02, corner, 130.03, 47.01),
        COMMUNITY_2 + "002": shapely.Polygon(
            [(130.03, 47), (130.04, 47), (130.04, 47.01), (130.03, 47.01), (130.03, corner)]
        ),
    }
    revisions.lock_communities(session, {COMMUNITY_1, COMMUNITY_2})
    current = revisions.current_grids(session, [COMMUNITY_1, COMMUNITY_2])
    deltas = [
        Delta(code, current.get(code), GridVersion(code, code[:12], _wkb(shape)))
        for code, shape in shapes.items()
    ]
    revisions.publish(session, deltas, title="edits", author="test")
    session.expire_all()
    return import_after_town_grids


def _wkb(polygon: shapely.Polygon) -> bytes:
    return bytes(shapely.to_wkb(shapely.MultiPolygon([polygon])))


@pytest.mark.parametrize("suffix", FULL_PRECISION)
def test_an_export_imported_again_is_not_a_change(uneven_grids, session, tmp_path, suffix):
    before = {code: geom.wkb for code, geom in grids_in_force(session).items()}
    for repair in (False, True):
        result = reimport(session, uneven_grids, tmp_path, suffix, repair=repair)
        assert counts(result) == (5, 0, 0, 0, 0)
        assert result.revision is None
    assert {code: geom.wkb for code, geom in grids_in_force(session).items()} == before
    assert session.scalar(select(func.max(Revision.number))) == 2


def test_plain_repaired_and_plain_import_of_one_file_agree(import_grids, tmp_path):
    """Coordinates with all decimals are rounded by each import in the same way."""
    cut = 130.01 + np.pi * 1e-5
    path = grid_file(
        tmp_path / "two.gpkg",
        _001=shapely.box(130, 47, cut, 47.01),
        _002=shapely.box(cut, 47, 130.02 + 1e-9, 47.01),
    )
    lengths = (12,)
    assert import_grids(path, lengths=lengths).added == 2
    for repair in (True, False, True):
        result = import_grids(path, lengths=lengths, repair=repair)
        assert result.is_noop, repair
        assert ("no border was moved" in "".join(result.notes)) == repair


def test_a_repair_of_one_grid_leaves_the_corners_of_the_others(uneven_grids, session, tmp_path):
    """002 of the second community falls short; 001 and 002 of the first one have all decimals."""
    before = grids_in_force(session)
    frame = export.fetch_dataset(session, DatasetKind.GRIDS, at=city_time.now())
    rows = [
        {"code": code, "geom": box(30, 0, 39.95, 10) if code == COMMUNITY_2 + "002" else geom}
        for code, geom in zip(frame.code, frame.geometry, strict=True)
    ]
    path = write_file(tmp_path / "short.gpkg", rows)
    result = uneven_grids(path, repair=True)
    after = grids_in_force(session)
    sound = [code for code in before if code != COMMUNITY_2 + "002"]
    assert all(before[code].equals_exact(after[code], 0, normalize=True) for code in sound)
    assert result.updated <= 1
