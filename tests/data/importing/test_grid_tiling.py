"""Import of grids that do not tile: the errors, and what a repair changes."""

import pytest
import shapely
from sqlalchemy import func, select

from data.columns import DatasetKind
from data.importing.load import LoadOptions, load
from data.row_errors import BadData
from geo.geometry import topology
from geo.models import Revision
from tests.data.importing.grid_imports import (
    assert_tiled,
    counts,
    grid_file,
    grids_in_force,
    row_errors,
)
from tests.district import COMMUNITY_1, COMMUNITY_2
from tests.town_builder import box, write_file


def test_one_grid_is_split_while_the_others_remain(import_after_town_grids, session, tmp_path):
    split = grid_file(tmp_path / "split.gpkg", _001=box(0, 0, 10, 5), _003=box(0, 5, 10, 10))
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(split)
    assert {kind for _, kind, _ in row_errors(excinfo)} == {"mismatch"}
    result = import_after_town_grids(split, repair=True)
    assert_tiled(session)
    assert counts(result) == (2, 1, 2, 0, 0)
    neighbour = grids_in_force(session)[COMMUNITY_1 + "002"]
    assert shapely.equals(neighbour, box(10, 0, 20, 10))
    assert shapely.get_num_coordinates(neighbour) == 6


def test_a_repair_does_not_change_the_area_of_remaining_grids(
    import_after_town_grids, session, tmp_path
):
    """
    ```
    ├──001──┼──002──┤    in force
    ├──001───┤           the file: 001 reaches a little into 002, and falls short of the south
    ```
    """
    sloppy = grid_file(tmp_path / "sloppy.gpkg", _001=box(0, 0.05, 10.1, 10))
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(sloppy)
    assert {kind for _, kind, _ in row_errors(excinfo)} == {"overlap", "gap"}
    result = import_after_town_grids(sloppy, repair=True)
    assert "m² removed" in "".join(result.notes)
    assert_tiled(session)
    for code, west in ((COMMUNITY_1 + "001", 0), (COMMUNITY_1 + "002", 10)):
        assert shapely.equals(grids_in_force(session)[code], box(west, 0, west + 10, 10))
    assert import_after_town_grids(sloppy, repair=True).is_noop


def test_gaps_and_overlaps_are_reported_with_codes_sizes_and_locations(
    import_after_town_grids, session, tmp_path
):
    """
    ```
    ├──001────╫┤  002 of COMMUNITY_1   001 and 002 share a strip
    ├─001──┤ ├002┤  of COMMUNITY_2    and leave one free
    ```
    """
    path = grid_file(
        tmp_path / "bad.gpkg",
        _001=box(0, 0, 11, 10),
        _002=box(10, 0, 20, 10),
        s_001=box(20, 0, 29, 10),
        s_002=box(30, 0, 40, 10),
    )
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(path)
    assert row_errors(excinfo) == [
        (1, "overlap", COMMUNITY_1 + "001"),
        (3, "gap", COMMUNITY_2 + "001"),
    ]
    overlap, gap = sorted(excinfo.value.log.stored, key=lambda error: error.row)
    strip = topology.GEOD.geometry_area_perimeter(box(10, 0, 11, 10))[0]
    assert f"overlaps grid {COMMUNITY_1}002 by {abs(strip):,.2f} m² at 130.010" in overlap.message
    assert f"in community {COMMUNITY_2}" in gap.message
    assert "--repair" in gap.hint
    assert session.scalar(select(func.max(Revision.number))) == 1


def test_area_outside_the_community_is_an_error_or_is_cut_off_by_a_repair(
    import_after_town_grids, session, tmp_path
):
    beyond = grid_file(tmp_path / "beyond.gpkg", _001=box(-1, 0, 10, 10), _002=box(10, 0, 20, 10))
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(beyond)
    assert row_errors(excinfo) == [(1, "outside_community", COMMUNITY_1 + "001")]
    assert import_after_town_grids(beyond, repair=True).is_noop


def test_a_repair_reports_how_far_borders_moved(import_after_town_grids, session, tmp_path):
    path = grid_file(tmp_path / "bad.gpkg", _001=box(0, 0, 12, 10), _002=box(11.9, 0, 19.9, 10))
    result = import_after_town_grids(path, repair=True)
    assert result.revision == 2
    [note] = [note for note in result.notes if "m²" in note]
    assert "borders moved by up to 7.59 m" in note  # a tenth of a thousandth of a degree at 47° N
    assert_tiled(session)


def test_a_grid_outside_its_community_is_an_error_even_with_repair(
    import_after_town_grids, tmp_path
):
    path = grid_file(tmp_path / "bad.gpkg", _001=box(0, 0, 20, 10), _002=box(25, 0, 28, 10))
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(path, repair=True)
    assert row_errors(excinfo) == [(2, "empty_after_repair", COMMUNITY_1 + "002")]


def test_invalid_rows_are_not_skipped_if_they_leave_a_gap(
    import_after_town_grids, session, tmp_path
):
    path = grid_file(tmp_path / "some.gpkg", _003=None, _002=box(12, 0, 20, 10))
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(path, skip_bad_rows=True)
    assert (2, "gap", COMMUNITY_1 + "002") in row_errors(excinfo)


def test_narrow_gaps_in_a_community_without_an_outline_are_errors(import_grids, tmp_path):
    """
    ```
    ┌────001────┐    a lake 300 m across is noted,
    │ lake ┊ ┊  │    a slit 0.8 m wide is an error
    └───────────┘
    ```
    """
    lake, slit = box(2, 2, 6, 5), box(8, 2, 8.01, 6)
    ring = shapely.difference(shapely.difference(box(0, 0, 10, 10), lake), slit)
    path = grid_file(tmp_path / "ring.gpkg", _001=ring)
    with pytest.raises(BadData) as excinfo:
        import_grids(path, lengths=(12,))
    assert row_errors(excinfo) == [(1, "gap", COMMUNITY_1 + "001")]
    result = import_grids(path, lengths=(12,), repair=True)
    assert counts(result) == (1, 1, 0, 0, 0)
    assert "1 enclosed gaps belong to no grid" in "".join(result.notes)


def test_an_error_at_a_remaining_grid_is_reported_with_an_imported_grid(
    import_after_town_grids, session, tmp_path
):
    """One grid is imported after COMMUNITY_2 got an outline that its grids do not fill."""
    rows = [{"code": COMMUNITY_2, "level": "community", "name": "二", "geom": box(20, 0, 41, 10)}]
    path = write_file(tmp_path / "wider.gpkg", rows)
    load(session.connection(), DatasetKind.AREAS, [path], LoadOptions())
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(grid_file(tmp_path / "one.gpkg", s_001=box(20, 0, 30, 10)))
    assert row_errors(excinfo) == [(1, "gap", COMMUNITY_2 + "001")]
    assert f"beside it, at grid {COMMUNITY_2}002, which is in no file" in str(excinfo.value)


def test_overlapping_community_outlines_are_noted(import_grids, session, tmp_path):
    rows = [
        {"code": COMMUNITY_1, "level": "community", "name": "一", "geom": box(0, 0, 21, 10)},
        {"code": COMMUNITY_2, "level": "community", "name": "二", "geom": box(20, 0, 40, 10)},
    ]
    load(
        session.connection(),
        DatasetKind.AREAS,
        [write_file(tmp_path / "a.gpkg", rows)],
        LoadOptions(),
    )
    path = grid_file(tmp_path / "g.gpkg", _001=box(0, 0, 21, 10), s_001=box(20, 0, 40, 10))
    result = import_grids(path)
    assert result.added == 2
    assert f"communities {COMMUNITY_1} and {COMMUNITY_2} overlap by" in "".join(result.notes)
