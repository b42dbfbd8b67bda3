"""What rows say of each other: communities, parents, managers, and days."""

import pytest
from sqlalchemy import select, text

from data.columns import Kind
from data.row_errors import BadData
from geo.models import Area, Building, Issue, Manager, MicroGrid, Neighborhood, PropertyCoverage
from tests import town
from tests.data.import_outcomes import coverage, refusal, told
from tests.town import FIRST, SECOND, box, file


def test_a_community_that_the_file_lacks_is_found_by_place(with_areas, session, tmp_path):
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path))
    found = [session.get(Building, code).community_code for code in ("b1", "b2", "b3")]
    assert found == [FIRST, FIRST, SECOND]


def test_communities_that_were_unknown_are_found_once_they_are_there(into, session, tmp_path):
    into(Kind.BUILDINGS, town.buildings(tmp_path))
    assert session.get(Building, "b1").community_code is None
    into(Kind.AREAS, town.areas(tmp_path))
    assert told(into(Kind.BUILDINGS, town.buildings(tmp_path))) == (3, 0, 3, 0, 0, 0)
    assert session.get(Building, "b1").community_code == FIRST


def test_a_community_that_was_stated_is_not_moved_by_place(with_areas, session, tmp_path):
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path, community_code=[SECOND] * 3))
    assert with_areas(Kind.BUILDINGS, town.buildings(tmp_path)).changed_nothing
    assert session.get(Building, "b1").community_code == SECOND


def test_a_neighborhood_needs_a_community_and_keeps_the_one_it_has(with_areas, session, tmp_path):
    rows = [{"code": "N1", "name": "光明小区", "geom": box(2, 2, 8, 8)}]
    with_areas(Kind.NEIGHBORHOODS, file(tmp_path / "n.geojson", rows))
    assert session.get(Neighborhood, "N1").community_code == FIRST
    renamed = file(tmp_path / "n.csv", [{"code": "N1", "name": "新光明"}])
    assert told(with_areas(Kind.NEIGHBORHOODS, renamed)) == (1, 0, 1, 0, 0, 0)
    assert session.get(Neighborhood, "N1").community_code == FIRST
    nowhere = [{"code": "N2", "name": "外", "geom": box(50, 2, 52, 4)}]
    with pytest.raises(BadData) as caught:
        with_areas(Kind.NEIGHBORHOODS, file(tmp_path / "n2.geojson", nowhere))
    assert refusal(caught) == [("n2.geojson", 1, "no_community")]


def test_parents_are_found_by_their_codes(with_areas, session):
    parents = dict(session.execute(select(Area.code, Area.parent_code)).all())
    assert parents == {
        town.DISTRICT: None,
        town.SUBDISTRICT: town.DISTRICT,
        FIRST: town.SUBDISTRICT,
        SECOND: town.SUBDISTRICT,
    }


def test_areas_may_come_in_any_order_and_in_several_files(into, session, tmp_path):
    below = [{"code": FIRST, "parent_code": town.DISTRICT, "level": "社区", "name": "一"}]
    above = [{"code": town.DISTRICT, "level": "区", "name": "工农区"}]
    into(Kind.AREAS, file(tmp_path / "below.csv", below), file(tmp_path / "above.csv", above))
    assert session.get(Area, FIRST).parent_code == town.DISTRICT


@pytest.mark.parametrize(
    ("kind", "row", "fault"),
    [
        (Kind.BUILDINGS, {"code": "x", "community_code": "230403001009"}, "unknown_community"),
        (Kind.BUILDINGS, {"code": "x", "neighborhood_code": "N7"}, "unknown_neighborhood"),
        (
            Kind.NEIGHBORHOODS,
            {"code": "x", "name": "x", "community_code": "9"},
            "unknown_community",
        ),
        (
            Kind.AREAS,
            {"code": "999001", "parent_code": "999", "level": "district", "name": "x"},
            "unknown_parent",
        ),
        (
            Kind.AREAS,
            {"code": "9", "parent_code": town.DISTRICT, "level": "community", "name": "x"},
            "not_nested",
        ),
    ],
)
def test_a_code_that_names_nothing_is_a_fault(with_buildings, session, tmp_path, kind, row, fault):
    path = file(tmp_path / "bad.geojson", [row | {"geom": box(2, 6, 4, 8)}])
    before = state(session)
    with pytest.raises(BadData) as caught:
        with_buildings(kind, path)
    assert refusal(caught) == [("bad.geojson", 1, fault)]
    assert state(session) == before


def state(session) -> dict[str, int]:
    """How many rows each table has."""
    tables = (Area, Neighborhood, Manager, Building, PropertyCoverage, MicroGrid, Issue)
    counts = {
        table.__tablename__: text(f"SELECT count(*) FROM {table.__tablename__}") for table in tables
    }
    return {name: session.scalar(count) for name, count in counts.items()}


def test_coverage_of_unknown_buildings_by_unknown_managers_is_refused(with_buildings, tmp_path):
    path = coverage(
        tmp_path,
        ("b1", "M1", "2021-01-01", "2021-01-01"),
        ("b8", "M1", "2021-01-01", ""),
        ("b2", "M8", "2021-01-01", ""),
    )
    with pytest.raises(BadData) as caught:
        with_buildings(Kind.PROPERTY_COVERAGE, path)
    assert refusal(caught) == [
        ("coverage.csv", 1, "ends_too_early"),
        ("coverage.csv", 2, "unknown_building"),
        ("coverage.csv", 3, "unknown_manager"),
    ]


def test_two_managers_on_one_day_are_refused_within_a_file_and_against_the_register(
    with_buildings, tmp_path
):
    """
    ```
    register  b1  M1 ├──────────
    file      b1  M2      ├─────      clashes with the register
              b2  M1 ├──────────
              b2  M2      ├───        clashes with the row above
              b3  M1 ├────┤
              b3  M2      ├─────      follows: fine
    ```
    """
    with_buildings(Kind.PROPERTY_COVERAGE, coverage(tmp_path, ("b1", "M1", "2021-01-01", "")))
    path = coverage(
        tmp_path,
        ("b1", "M2", "2022-01-01", ""),
        ("b2", "M1", "2021-01-01", ""),
        ("b2", "M2", "2022-01-01", "2023-01-01"),
        ("b3", "M1", "2021-01-01", "2022-01-01"),
        ("b3", "M2", "2022-01-01", ""),
    )
    with pytest.raises(BadData) as caught:
        with_buildings(Kind.PROPERTY_COVERAGE, path)
    assert refusal(caught) == [
        ("coverage.csv", 1, "two_managers"),
        ("coverage.csv", 3, "two_managers"),
    ]


def test_ending_one_period_and_beginning_the_next_is_one_file(with_buildings, session, tmp_path):
    with_buildings(Kind.PROPERTY_COVERAGE, coverage(tmp_path, ("b1", "M1", "2021-01-01", "")))
    handed_over = coverage(
        tmp_path, ("b1", "M2", "2023-01-01", ""), ("b1", "M1", "2021-01-01", "2023-01-01")
    )
    assert told(with_buildings(Kind.PROPERTY_COVERAGE, handed_over)) == (2, 1, 1, 0, 0, 0)


def test_a_period_that_a_file_without_ends_repeats_keeps_its_end(with_buildings, session, tmp_path):
    ended = coverage(tmp_path, ("b1", "M1", "2021-01-01", "2022-01-01"))
    with_buildings(Kind.PROPERTY_COVERAGE, ended)
    rows = [{"building_code": "b1", "manager_code": "M1", "covered_from": "2021-01-01"}]
    again = with_buildings(Kind.PROPERTY_COVERAGE, file(tmp_path / "open.csv", rows))
    assert again.changed_nothing
