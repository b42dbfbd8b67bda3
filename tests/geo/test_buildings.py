"""Buildings with their manager, or the reason why they have none."""

import json

import pytest

from geo import buildings, city_time, feature_query
from geo.buildings import BuildingUnknown
from tests.district import day

DAY = day("2025-01-01")


def list_buildings(session, on=DAY, **filters):
    """The properties of buildings by code."""
    query = buildings.query(on=on, at=city_time.now(), **filters)
    features = map(json.loads, feature_query.fetch_page(session, query, limit=100).features)
    return {feature["properties"]["code"]: feature["properties"] for feature in features}


def test_an_uncovered_building_has_a_reason_and_a_date(district):
    uncovered = list_buildings(district, covered=False)
    assert uncovered.keys() == {"b2", "b3"}
    assert (uncovered["b2"]["reason"], uncovered["b2"]["uncovered_since"]) == (
        "lapsed",
        "2023-01-01",
    )
    assert (uncovered["b3"]["reason"], uncovered["b3"]["uncovered_since"]) == (
        "never_covered",
        None,
    )


def test_a_lapse_is_no_reason_on_earlier_days(district):
    assert (
        list_buildings(district, covered=False, on=day("2020-06-01"))["b2"]["reason"]
        == "never_covered"
    )


def test_a_covered_building_has_a_manager_and_no_reason(district):
    b4 = list_buildings(district)["b4"]
    assert (b4["manager"], b4["manager_kind"], b4["covered_since"], b4["reason"]) == (
        "业委会",
        "homeowner_committee",
        "2022-01-01",
        None,
    )


def test_a_building_belongs_to_the_grid_that_covers_its_point(district):
    assert list_buildings(district)["b3"]["grid_code"] == "230403001001002"


def test_an_area_and_a_bounding_box_filter_the_list(district):
    assert list_buildings(district, area_code="230403001002").keys() == {"b4"}
    assert list_buildings(district, bbox=(130.0, 47.0, 130.005, 47.01)).keys() == {"b1"}


def test_a_building_is_returned_by_code_on_a_day_on_which_it_stands(district):
    query = buildings.get(district, "b5", on=day("2024-01-01"), at=city_time.now())
    assert json.loads(feature_query.fetch_one(district, query))["properties"]["code"] == "b5"
    with pytest.raises(BuildingUnknown, match="does not stand"):
        buildings.get(district, "b5", on=day("2025-01-01"), at=city_time.now())
    with pytest.raises(BuildingUnknown, match="no building"):
        buildings.get(district, "b9", on=day("2025-01-01"), at=city_time.now())


@pytest.mark.parametrize("on", ["2019-06-01", "2022-06-01", "2024-01-01", "2025-01-01"])
def test_a_building_by_code_is_the_same_as_in_the_list(district, on):
    at = city_time.now()
    listed = buildings.query(on=day(on), at=at)
    for feature in feature_query.fetch_page(district, listed, limit=100).features:
        code = json.loads(feature)["properties"]["code"]
        single = buildings.get(district, code, on=day(on), at=at)
        assert feature_query.fetch_one(district, single) == feature


def test_the_coverage_history_has_every_manager_in_order(district):
    periods = buildings.coverage_history(district, "b4")
    assert [(row["manager_code"], str(row["covered_to"])) for row in periods] == [
        ("M1", "2022-01-01"),
        ("M2", "None"),
    ]


def test_pages_have_every_feature_once(district):
    query = buildings.query(on=day("2025-01-01"), at=city_time.now())
    codes, cursor = [], None
    while True:
        page = feature_query.fetch_page(district, query, limit=2, cursor=cursor)
        codes += [json.loads(feature)["properties"]["code"] for feature in page.features]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert codes == ["b1", "b2", "b3", "b4"]
