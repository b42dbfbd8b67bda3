"""Invalid rows: how they are reported and skipped."""

import csv

import pytest
import shapely

from data.columns import DatasetKind
from data.row_errors import BadData
from tests import district_files
from tests.data.import_results import counts, row_errors
from tests.district import COMMUNITY_1
from tests.town_builder import box, write_file


def test_a_code_of_an_earlier_file_is_a_duplicate(import_after_areas, session, tmp_path):
    one = district_files.write_buildings(tmp_path / "one")
    rows = [{"code": code, "geom": box(30, 2, 31, 4)} for code in ("b9", "b3")]
    two = write_file(tmp_path / "two.geojson", rows)
    with pytest.raises(BadData) as excinfo:
        import_after_areas(DatasetKind.BUILDINGS, one, two)
    assert row_errors(excinfo) == [("two.geojson", 2, "duplicate")]


def test_files_of_the_same_name_in_two_folders_are_distinguished(import_after_areas, tmp_path):
    one, two = (
        district_files.write_managers(tmp_path / "one"),
        district_files.write_managers(tmp_path / "two"),
    )
    skipped = import_after_areas(DatasetKind.MANAGERS, one, two, skip_bad_rows=True)
    assert counts(skipped) == (4, 2, 0, 0, 0, 2)
    assert set(skipped.rejected_rows) == {(1, 1), (1, 2)}


def test_every_error_is_listed_with_file_row_message_and_hint(import_after_areas, tmp_path):
    rows = [
        {"code": "b1", "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": None, "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": "b3", "floors": -1, "geom": box(2, 2, 4, 4)},
        {"code": "b1", "floors": 6, "geom": box(6, 2, 7, 4)},
        {
            "code": "b5",
            "floors": 6,
            "geom": shapely.Polygon([(130, 47), (130.01, 47.01), (130.01, 47), (130, 47.01)]),
        },
        {"code": "b6", "floors": 6, "geom": None},
        {"code": "b7", "floors": 6, "geom": shapely.Point(130.001, 47.001)},
    ]
    with pytest.raises(BadData) as excinfo:
        import_after_areas(DatasetKind.BUILDINGS, write_file(tmp_path / "bad.gpkg", rows))
    assert row_errors(excinfo) == [
        ("bad.gpkg", 2, "missing_value"),
        ("bad.gpkg", 3, "bad_floors"),
        ("bad.gpkg", 4, "duplicate"),
        ("bad.gpkg", 5, "invalid_geometry"),
        ("bad.gpkg", 6, "missing_geometry"),
        ("bad.gpkg", 7, "wrong_geometry"),
    ]
    message = str(excinfo.value)
    assert "bad.gpkg, row 3 (b3), floors: '-1' is no whole number" in message
    assert "bad.gpkg, row 5 (b5): self-intersection at 130.005000, 47.005000. " in message
    assert "--on-error skip" in message


def test_skip_imports_the_valid_rows_and_records_the_invalid_ones(
    import_after_areas, session, tmp_path
):
    rows = [
        {"code": "b1", "community_code": COMMUNITY_1, "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": "b2", "community_code": "x", "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": "b3", "community_code": COMMUNITY_1, "floors": 999, "geom": None},
    ]
    skipped = import_after_areas(
        DatasetKind.BUILDINGS, write_file(tmp_path / "b.gpkg", rows), skip_bad_rows=True
    )
    assert counts(skipped) == (3, 1, 0, 0, 0, 2)
    assert set(skipped.rejected_rows) == {(0, 2), (0, 3)}
    assert "no community x" in skipped.rejected_rows[0, 2]
    both = skipped.rejected_rows[0, 3]
    assert "floors" in str(skipped.errors.counts)
    assert "no whole number" in both
    assert "no geometry" in both


def test_a_row_that_cannot_be_parsed_counts_as_read_and_rejected(import_files, tmp_path):
    path = tmp_path / "managers.csv"
    path.write_text("code,name,kind\nM1,a,firm\nM2,b,firm,too,many\nM3,c,firm\n")
    assert counts(import_files(DatasetKind.MANAGERS, path, skip_bad_rows=True)) == (
        3,
        2,
        0,
        0,
        0,
        1,
    )
    assert counts(import_files(DatasetKind.MANAGERS, path, skip_bad_rows=True)) == (
        3,
        0,
        0,
        2,
        0,
        1,
    )


def test_a_location_far_from_the_areas_is_an_error_with_a_likely_cause(
    import_after_areas, tmp_path
):
    path = tmp_path / "issues.csv"
    with path.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["ref", "category", "reported_at", "lon", "lat"])
        writer.writerow(["I1", "x", "2024-01-01", 47.005, 130.01])
        writer.writerow(["I2", "x", "2024-01-01", 30.005, 47.01])
        writer.writerow(["I3", "x", "2024-01-01", 0, 0])
        writer.writerow(["I4", "x", "2024-01-01", 130.01, 47.005])
    with pytest.raises(BadData) as excinfo:
        import_after_areas(DatasetKind.ISSUES, path)
    assert [kind for _, _, kind in row_errors(excinfo)] == [
        "out_of_range",
        "far_away",
        "null_island",
    ]
    assert "look swapped" in str(excinfo.value)


def test_without_areas_every_location_on_earth_is_valid(import_files, tmp_path):
    path = tmp_path / "issues.csv"
    path.write_text("ref,category,reported_at,lon,lat\nI1,x,2024-01-01,43.0,-76.1\n")
    assert counts(import_files(DatasetKind.ISSUES, path)) == (1, 1, 0, 0, 0, 0)
