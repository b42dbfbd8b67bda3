"""Who manages a building, or why nobody does."""

import json

import pytest

from geo import buildings, city_time, feature_query
from geo.buildings import BuildingUnknown
from tests.district import day


def found(session, **asked):
    asked.setdefault("on", day("2025-01-01"))
    page = feature_query.page(session, buildings.facts(at=city_time.now(), **asked), limit=100)
    return {
        feature["properties"]["code"]: feature["properties"]
        for feature in map(json.loads, page.features)
    }


def test_an_uncovered_building_says_why_and_since_when(district):
    uncovered = found(district, covered=False)
    assert uncovered.keys() == {"b2", "b3"}
    assert (uncovered["b2"]["reason"], uncovered["b2"]["uncovered_since"]) == (
        "lapsed",
        "2023-01-01",
    )
    assert (uncovered["b3"]["reason"], uncovered["b3"]["uncovered_since"]) == (
        "never_covered",
        None,
    )


def test_a_later_lapse_does_not_explain_an_earlier_gap(district):
    assert found(district, covered=False, on=day("2020-06-01"))["b2"]["reason"] == "never_covered"


def test_a_covered_building_names_its_manager_and_no_reason(district):
    b4 = found(district)["b4"]
    assert (b4["manager"], b4["manager_kind"], b4["covered_since"], b4["reason"]) == (
        "业委会",
        "homeowner_committee",
        "2022-01-01",
        None,
    )


def test_a_building_stands_in_the_grid_that_covers_its_point(district):
    assert found(district)["b3"]["grid_code"] == "230403001001002"


def test_an_area_and_a_box_narrow_the_list(district):
    assert found(district, area_code="230403001002").keys() == {"b4"}
    assert found(district, box=(130.0, 47.0, 130.005, 47.01)).keys() == {"b1"}


def test_one_building_is_found_by_its_code_on_a_day_it_stands(district):
    asked = buildings.get(district, "b5", on=day("2024-01-01"), at=city_time.now())
    assert json.loads(feature_query.one(district, asked))["properties"]["code"] == "b5"
    with pytest.raises(BuildingUnknown, match="does not stand"):
        buildings.get(district, "b5", on=day("2025-01-01"), at=city_time.now())
    with pytest.raises(BuildingUnknown, match="no building"):
        buildings.get(district, "b9", on=day("2025-01-01"), at=city_time.now())


def test_the_history_has_every_manager_in_order(district):
    periods = buildings.history(district, "b4")
    assert [(row["manager_code"], str(row["covered_to"])) for row in periods] == [
        ("M1", "2022-01-01"),
        ("M2", "None"),
    ]


def test_pages_follow_each_other_without_gap_or_repetition(district):
    asked = buildings.facts(on=day("2025-01-01"), at=city_time.now())
    codes, cursor = [], None
    while True:
        page = feature_query.page(district, asked, limit=2, cursor=cursor)
        codes += [json.loads(feature)["properties"]["code"] for feature in page.features]
        cursor = page.next
        if cursor is None:
            break
    assert codes == ["b1", "b2", "b3", "b4"]
