"""References of imported rows: communities, parents, managers, and periods."""

import pytest
from sqlalchemy import select, text

from data.columns import DatasetKind
from data.row_errors import BadData
from geo.models import Area, Building, Issue, Manager, MicroGrid, Neighborhood, PropertyCoverage
from tests import district_files
from tests.data.import_results import counts, coverage_file, row_errors
from tests.district import COMMUNITY_1, COMMUNITY_2, DISTRICT, SUBDISTRICT
from tests.town_builder import box, write_file


def test_a_missing_community_is_found_by_location(import_after_areas, session, tmp_path):
    import_after_areas(DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path))
    communities = [session.get(Building, code).community_code for code in ("b1", "b2", "b3")]
    assert communities == [COMMUNITY_1, COMMUNITY_1, COMMUNITY_2]


def test_missing_communities_are_found_once_areas_are_imported(import_files, session, tmp_path):
    import_files(DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path))
    assert session.get(Building, "b1").community_code is None
    import_files(DatasetKind.AREAS, district_files.write_areas(tmp_path))
    assert counts(
        import_files(DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path))
    ) == (
        3,
        0,
        3,
        0,
        0,
        0,
    )
    assert session.get(Building, "b1").community_code == COMMUNITY_1


def test_a_stored_community_is_not_replaced_by_one_found_by_location(
    import_after_areas, session, tmp_path
):
    import_after_areas(
        DatasetKind.BUILDINGS,
        district_files.write_buildings(tmp_path, community_code=[COMMUNITY_2] * 3),
    )
    assert import_after_areas(
        DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path)
    ).is_noop
    assert session.get(Building, "b1").community_code == COMMUNITY_2


def test_a_neighborhood_needs_a_community_and_keeps_the_stored_one(
    import_after_areas, session, tmp_path
):
    rows = [{"code": "N1", "name": "光明小区", "geom": box(2, 2, 8, 8)}]
    import_after_areas(DatasetKind.NEIGHBORHOODS, write_file(tmp_path / "n.geojson", rows))
    assert session.get(Neighborhood, "N1").community_code == COMMUNITY_1
    renamed = write_file(tmp_path / "n.csv", [{"code": "N1", "name": "新光明"}])
    assert counts(import_after_areas(DatasetKind.NEIGHBORHOODS, renamed)) == (1, 0, 1, 0, 0, 0)
    assert session.get(Neighborhood, "N1").community_code == COMMUNITY_1
    nowhere = [{"code": "N2", "name": "外", "geom": box(50, 2, 52, 4)}]
    with pytest.raises(BadData) as excinfo:
        import_after_areas(DatasetKind.NEIGHBORHOODS, write_file(tmp_path / "n2.geojson", nowhere))
    assert row_errors(excinfo) == [("n2.geojson", 1, "no_community")]


def test_parents_are_found_by_their_codes(import_after_areas, session):
    parents = dict(session.execute(select(Area.code, Area.parent_code)).all())
    assert parents == {
        DISTRICT: None,
        SUBDISTRICT: DISTRICT,
        COMMUNITY_1: SUBDISTRICT,
        COMMUNITY_2: SUBDISTRICT,
    }


def test_areas_can_be_in_any_order_and_in_several_files(import_files, session, tmp_path):
    below = [{"code": COMMUNITY_1, "parent_code": DISTRICT, "level": "社区", "name": "一"}]
    above = [{"code": DISTRICT, "level": "区", "name": "工农区"}]
    import_files(
        DatasetKind.AREAS,
        write_file(tmp_path / "below.csv", below),
        write_file(tmp_path / "above.csv", above),
    )
    assert session.get(Area, COMMUNITY_1).parent_code == DISTRICT


@pytest.mark.parametrize(
    ("kind", "row", "error_kind"),
    [
        (
            DatasetKind.BUILDINGS,
            {"code": "x", "community_code": "230403001009"},
            "unknown_community",
        ),
        (DatasetKind.BUILDINGS, {"code": "x", "neighborhood_code": "N7"}, "unknown_neighborhood"),
        (
            DatasetKind.NEIGHBORHOODS,
            {"code": "x", "name": "x", "community_code": "9"},
            "unknown_community",
        ),
        (
            DatasetKind.AREAS,
            {"code": "999001", "parent_code": "999", "level": "district", "name": "x"},
            "unknown_parent",
        ),
        (
            DatasetKind.AREAS,
            {"code": "9", "parent_code": DISTRICT, "level": "community", "name": "x"},
            "not_nested",
        ),
    ],
)
def test_a_code_that_does_not_exist_is_an_error(
    import_after_buildings, session, tmp_path, kind, row, error_kind
):
    path = write_file(tmp_path / "bad.geojson", [row | {"geom": box(2, 6, 4, 8)}])
    before = row_counts(session)
    with pytest.raises(BadData) as excinfo:
        import_after_buildings(kind, path)
    assert row_errors(excinfo) == [("bad.geojson", 1, error_kind)]
    assert row_counts(session) == before


def row_counts(session) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = (Area, Neighborhood, Manager, Building, PropertyCoverage, MicroGrid, Issue)
    counts = {
        table.__tablename__: text(f"SELECT count(*) FROM {table.__tablename__}") for table in tables
    }
    return {name: session.scalar(count) for name, count in counts.items()}


def test_coverage_of_unknown_buildings_or_managers_is_rejected(import_after_buildings, tmp_path):
    path = coverage_file(
        tmp_path,
        ("b1", "M1", "2021-01-01", "2021-01-01"),
        ("b8", "M1", "2021-01-01", ""),
        ("b2", "M8", "2021-01-01", ""),
    )
    with pytest.raises(BadData) as excinfo:
        import_after_buildings(DatasetKind.PROPERTY_COVERAGE, path)
    assert row_errors(excinfo) == [
        ("coverage.csv", 1, "ends_too_early"),
        ("coverage.csv", 2, "unknown_building"),
        ("coverage.csv", 3, "unknown_manager"),
    ]


def test_overlapping_coverage_periods_are_rejected_in_a_file_and_against_the_database(
    import_after_buildings, tmp_path
):
    """
    ```
    database  b1  M1 ├──────────
    file      b1  M2      ├─────      overlaps the database
              b2  M1 ├──────────
              b2  M2      ├───        overlaps the row above
              b3  M1 ├────┤
              b3  M2      ├─────      follows: valid
    ```
    """
    import_after_buildings(
        DatasetKind.PROPERTY_COVERAGE, coverage_file(tmp_path, ("b1", "M1", "2021-01-01", ""))
    )
    path = coverage_file(
        tmp_path,
        ("b1", "M2", "2022-01-01", ""),
        ("b2", "M1", "2021-01-01", ""),
        ("b2", "M2", "2022-01-01", "2023-01-01"),
        ("b3", "M1", "2021-01-01", "2022-01-01"),
        ("b3", "M2", "2022-01-01", ""),
    )
    with pytest.raises(BadData) as excinfo:
        import_after_buildings(DatasetKind.PROPERTY_COVERAGE, path)
    assert row_errors(excinfo) == [
        ("coverage.csv", 1, "two_managers"),
        ("coverage.csv", 3, "two_managers"),
    ]


def test_one_file_can_end_a_period_and_begin_the_next(import_after_buildings, session, tmp_path):
    import_after_buildings(
        DatasetKind.PROPERTY_COVERAGE, coverage_file(tmp_path, ("b1", "M1", "2021-01-01", ""))
    )
    handed_over = coverage_file(
        tmp_path, ("b1", "M2", "2023-01-01", ""), ("b1", "M1", "2021-01-01", "2023-01-01")
    )
    assert counts(import_after_buildings(DatasetKind.PROPERTY_COVERAGE, handed_over)) == (
        2,
        1,
        1,
        0,
        0,
        0,
    )


def test_a_file_without_the_column_of_ends_does_not_change_the_end_of_a_period(
    import_after_buildings, session, tmp_path
):
    ended = coverage_file(tmp_path, ("b1", "M1", "2021-01-01", "2022-01-01"))
    import_after_buildings(DatasetKind.PROPERTY_COVERAGE, ended)
    rows = [{"building_code": "b1", "manager_code": "M1", "covered_from": "2021-01-01"}]
    again = import_after_buildings(
        DatasetKind.PROPERTY_COVERAGE, write_file(tmp_path / "open.csv", rows)
    )
    assert again.is_noop
