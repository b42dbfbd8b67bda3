"""Imports with --replace: what is retired or deleted, and what is not."""

import pytest
from sqlalchemy import select, text

from data.columns import DatasetKind
from data.importing.merge import StillReferenced
from data.importing.result import NoValidRows
from geo.models import Building, Issue, PropertyCoverage
from tests import district_files
from tests.data.import_results import counts, coverage_file
from tests.town_builder import box, point, write_file


def test_replace_retires_missing_buildings_with_the_current_date(
    import_after_areas, session, tmp_path
):
    import_after_areas(DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path))
    rows = [{"code": "b1", "geom": box(2, 2, 4, 4)}]
    left = write_file(tmp_path / "left.geojson", rows)
    assert counts(import_after_areas(DatasetKind.BUILDINGS, left, replace=True)) == (
        1,
        0,
        0,
        1,
        2,
        0,
    )
    gone = session.get(Building, "b2")
    today = session.scalar(text("SELECT current_date"))
    assert (gone.status, gone.retired_on) == ("retired", today)
    assert session.get(Building, "b1").status == "standing"


def test_a_retired_building_stands_again_only_with_a_status_or_replace(
    import_after_areas, session, tmp_path
):
    everything = district_files.write_buildings(tmp_path)
    import_after_areas(DatasetKind.BUILDINGS, everything)
    left = write_file(tmp_path / "left.geojson", [{"code": "b1", "geom": box(2, 2, 4, 4)}])
    import_after_areas(DatasetKind.BUILDINGS, left, replace=True)
    renamed = district_files.write_buildings(tmp_path / "renamed", name="abc")
    assert counts(import_after_areas(DatasetKind.BUILDINGS, renamed)) == (3, 0, 3, 0, 0, 0)
    assert session.get(Building, "b2").status == "retired"
    assert counts(import_after_areas(DatasetKind.BUILDINGS, everything, replace=True)) == (
        3,
        0,
        2,
        1,
        0,
        0,
    )
    assert session.get(Building, "b2").retired_on is None


def test_a_building_imported_as_retired_keeps_its_first_date(import_after_areas, session, tmp_path):
    demolished = district_files.write_buildings(tmp_path, status=("拆除", "standing", "standing"))
    import_after_areas(DatasetKind.BUILDINGS, demolished)
    session.execute(
        text("UPDATE building SET retired_on = '2020-05-01' WHERE retired_on IS NOT NULL")
    )
    assert import_after_areas(DatasetKind.BUILDINGS, demolished).is_noop
    assert str(session.get(Building, "b1").retired_on) == "2020-05-01"


def test_replace_deletes_missing_coverage_before_it_updates_the_rest(
    import_after_buildings, session, tmp_path
):
    import_after_buildings(
        DatasetKind.PROPERTY_COVERAGE,
        coverage_file(
            tmp_path,
            ("b1", "M1", "2021-01-01", "2022-01-01"),
            ("b1", "M2", "2022-01-01", ""),
            ("b2", "M1", "2021-01-01", ""),
        ),
    )
    only = coverage_file(tmp_path, ("b1", "M1", "2021-01-01", ""))
    assert counts(import_after_buildings(DatasetKind.PROPERTY_COVERAGE, only, replace=True)) == (
        1,
        0,
        1,
        0,
        2,
        0,
    )
    rows = session.scalars(select(PropertyCoverage)).all()
    assert [(row.building_code, row.manager_code, row.covered.upper) for row in rows] == [
        ("b1", "M1", None)
    ]


def test_replace_closes_missing_issues(district, import_files, tmp_path):
    row = {"ref": "I2", "category": "x", "reported_at": "2024-01-01", "geom": point(5, 5)}
    replaced = import_files(
        DatasetKind.ISSUES, write_file(tmp_path / "i.geojson", [row]), replace=True
    )
    assert counts(replaced) == (1, 1, 0, 0, 1, 0)
    assert district.get(Issue, "I1").status == "closed"


def test_replace_does_not_retire_the_building_of_a_rejected_row(
    import_after_buildings, session, tmp_path
):
    rows = [
        {"code": "b1", "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": "b2", "floors": 9999, "geom": box(12, 2, 14, 4)},
    ]
    path = write_file(tmp_path / "some.geojson", rows)
    replaced = import_after_buildings(DatasetKind.BUILDINGS, path, replace=True, skip_bad_rows=True)
    assert counts(replaced) == (2, 0, 1, 0, 1, 1)
    assert session.get(Building, "b2").status == "standing"
    assert session.get(Building, "b3").status == "retired"


def test_replace_by_a_file_without_rows_is_an_error(import_after_buildings, tmp_path):
    empty = tmp_path / "managers.csv"
    empty.write_text("code,name,kind\n")
    with pytest.raises(NoValidRows, match="retire all"):
        import_after_buildings(DatasetKind.MANAGERS, empty, replace=True)


def test_replace_into_an_empty_table_only_adds_rows(import_after_areas, tmp_path):
    loaded = import_after_areas(
        DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path), replace=True
    )
    assert counts(loaded) == (3, 3, 0, 0, 0, 0)


def test_replace_does_not_delete_rows_that_others_refer_to(import_after_buildings, tmp_path):
    import_after_buildings(
        DatasetKind.PROPERTY_COVERAGE, coverage_file(tmp_path, ("b1", "M1", "2021-01-01", ""))
    )
    rows = [{"code": "M2", "name": "业委会", "kind": "homeowner committee"}]
    with pytest.raises(StillReferenced, match=r"M1.*property_coverage") as excinfo:
        import_after_buildings(
            DatasetKind.MANAGERS, write_file(tmp_path / "m.csv", rows), replace=True
        )
    assert "--replace" in excinfo.value.hint


def test_two_replacements_in_one_transaction_do_not_share_their_keys(
    import_after_buildings, tmp_path
):
    """The second import must not compare with the keys that the first one recorded."""
    assert import_after_buildings(
        DatasetKind.MANAGERS, district_files.write_managers(tmp_path), replace=True
    ).is_noop
    replaced = import_after_buildings(
        DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path), replace=True
    )
    assert replaced.is_noop
