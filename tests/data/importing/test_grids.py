"""Import of grids: which grids are added, updated and retired by a revision."""

import pytest
from sqlalchemy import func, select

from data.importing import grids
from data.importing.load import LoadOptions
from data.importing.result import NoValidRows
from data.row_errors import BadData
from geo.models import MicroGrid, Revision
from tests import district_files
from tests.data.importing.grid_imports import (
    assert_tiled,
    counts,
    grid_file,
    grids_in_force,
    row_errors,
)
from tests.district import COMMUNITY_1, COMMUNITY_2
from tests.town_builder import box, write_file


def test_the_first_import_of_grids_publishes_revision_1(import_after_town_grids, session):
    revision = session.get(Revision, 1)
    assert (revision.title, revision.author) == ("grids.geojson", "gridward import")
    assert_tiled(session)


def test_importing_the_same_file_again_publishes_no_revision(
    import_after_town_grids, session, tmp_path
):
    again = import_after_town_grids(district_files.write_grids(tmp_path))
    assert (again.revision, again.is_noop) == (None, True)
    assert session.scalar(select(func.count()).select_from(Revision)) == 1


@pytest.mark.parametrize("repair", [False, True])
def test_a_border_that_moved_updates_two_grids(import_after_town_grids, session, tmp_path, repair):
    moved = grid_file(tmp_path / "moved.gpkg", _001=box(0, 0, 12, 10), _002=box(12, 0, 20, 10))
    result = import_after_town_grids(moved, repair=repair)
    assert counts(result) == (2, 0, 2, 0, 0)
    assert result.revision == 2
    assert_tiled(session)
    past = select(func.count()).where(MicroGrid.ended_in == 2, MicroGrid.begun_in == 1)
    assert session.scalar(past) == 2


def test_a_file_without_names_does_not_change_names(import_after_town_grids, session, tmp_path):
    moved = grid_file(tmp_path / "moved.gpkg", _001=box(0, 0, 12, 10), _002=box(12, 0, 20, 10))
    import_after_town_grids(moved)
    names = select(MicroGrid.name).where(func.upper_inf(MicroGrid.in_force))
    assert set(session.scalars(names)) == {"格0", "格10", "格20", "格30"}
    rows = [{"code": COMMUNITY_1 + "001", "name": "新格", "geom": box(0, 0, 12, 10)}]
    assert counts(import_after_town_grids(write_file(tmp_path / "one.gpkg", rows))) == (
        1,
        0,
        1,
        0,
        0,
    )


def test_replace_retires_missing_grids_in_a_new_revision(
    import_after_town_grids, session, tmp_path
):
    whole = grid_file(tmp_path / "whole.gpkg", _009=box(0, 0, 20, 10))
    result = import_after_town_grids(whole, replace=True)
    assert counts(result) == (1, 1, 0, 4, 0)
    assert result.revision == 2
    assert list(grids_in_force(session)) == [COMMUNITY_1 + "009"]


def test_replace_by_a_file_without_grids_is_an_error(import_after_town_grids, tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("code,wkt\n")
    with pytest.raises(NoValidRows):
        import_after_town_grids(path, replace=True)
    assert import_after_town_grids(path).is_noop
    assert import_after_town_grids(path, repair=True).is_noop


def test_invalid_rows_are_skipped_if_the_others_tile(import_after_town_grids, session, tmp_path):
    path = grid_file(
        tmp_path / "some.gpkg", _001=box(0, 0, 12, 10), _002=box(12, 0, 20, 10), s_001=None
    )
    with pytest.raises(BadData):
        import_after_town_grids(path)
    assert counts(import_after_town_grids(path, skip_bad_rows=True)) == (3, 0, 2, 0, 1)
    assert counts(import_after_town_grids(path, skip_bad_rows=True, replace=True)) == (
        3,
        0,
        0,
        1,
        1,
    )
    assert COMMUNITY_2 + "001" in grids_in_force(session)


def test_grids_of_several_files_are_one_import_and_each_code_occurs_once(
    import_after_town_grids, session, tmp_path
):
    one = grid_file(tmp_path / "one.gpkg", _001=box(0, 0, 12, 10))
    two = grid_file(tmp_path / "two.gpkg", _002=box(12, 0, 20, 10))
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(one, two, one)
    assert row_errors(excinfo) == [(1, "duplicate", COMMUNITY_1 + "001")]
    assert counts(import_after_town_grids(one, two)) == (2, 0, 2, 0, 0)


def test_progress_counts_the_rows_of_all_files(import_after_town_grids, session, tmp_path):
    calls = []
    one = grid_file(tmp_path / "one.gpkg", _001=box(0, 0, 12, 10))
    two = grid_file(tmp_path / "two.gpkg", _002=box(12, 0, 20, 10))
    grids.load(session, [one, two], LoadOptions(), progress=lambda *at: calls.append(at))
    assert calls == [(1, 2), (2, 2)]
