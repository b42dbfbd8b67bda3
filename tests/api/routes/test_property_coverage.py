"""Property coverage by area, neighborhood or grid, and its changes between two days."""

import pytest
from sqlalchemy import text


def test_coverage_is_counted_by_administrative_level(client, district):
    rows = client.get("/v1/property-coverage?by=community&on=2025-01-01").json()
    assert [(row["code"], row["covered"], row["rate"]) for row in rows] == [
        ("230403001001", 1, pytest.approx(1 / 3)),
        ("230403001002", 1, 1.0),
    ]


def test_an_unknown_level_is_rejected(client, district):
    assert client.get("/v1/property-coverage?by=street").status_code == 422


def test_changes_are_counted_by_grid(client, district):
    params = {"by": "grid", "since": "2022-06-01", "on": "2025-01-01"}
    rows = client.get("/v1/property-coverage/changes", params=params).json()
    changes = {row["code"]: (row["gained"], row["lost"]) for row in rows}
    assert changes["230403001001001"] == (0, 1)


def test_changes_are_limited_to_buildings_that_match_a_filter_on_either_day(client, district):
    def count(**filters) -> tuple[int, int]:
        params = {"by": "grid", "since": "2022-06-01", "on": "2025-01-01"} | filters
        rows = client.get("/v1/property-coverage/changes", params=params).json()
        return sum(row["gained"] for row in rows), sum(row["lost"] for row in rows)

    district.execute(text("UPDATE building SET use = 'school' WHERE code = 'b3'"))
    every = count()
    assert count(reason=["never_covered", "lapsed"]) == every
    assert count(built_from=2999) == (0, 0)
    assert count(not_use=["school"]) == every  # b3 is never managed
    assert count(reason=["lapsed"])[1] == every[1]
    kinds = [
        "property_firm",
        "homeowner_committee",
        "property_management_committee",
        "community_led",
        "self_managed",
    ]
    assert count(manager_kind=kinds) == every
    parts = [count(manager_kind=[kind]) for kind in kinds]
    assert tuple(map(sum, zip(*parts, strict=True))) == every
    for by in ("district", "neighborhood"):
        assert count(by=by, built_from=2999) == (0, 0)


def test_changes_require_the_earlier_day(client, district):
    assert client.get("/v1/property-coverage/changes").status_code == 422


def test_counts_are_limited_to_buildings_that_match_a_filter(client, district):
    every = client.get("/v1/property-coverage", params={"by": "grid"}).json()
    params = {"by": "grid", "manager_kind": ["property_firm", "self_managed"]}
    firms = client.get("/v1/property-coverage", params=params).json()
    assert [row["code"] for row in firms] == [row["code"] for row in every]
    assert all(row["uncovered"] == 0 for row in firms)
    params = {"by": "grid", "reason": ["never_covered", "lapsed"]}
    uncovered = client.get("/v1/property-coverage", params=params).json()
    assert [row["buildings"] for row in uncovered] == [row["uncovered"] for row in every]
    none = client.get("/v1/property-coverage?by=grid&built_from=2999").json()
    assert {row["buildings"] for row in none} == {0}


def test_an_unknown_kind_of_manager_is_rejected(client):
    response = client.get("/v1/property-coverage?manager_kind=firm")
    assert response.status_code == 422
    assert "manager_kind" in response.text


def test_a_bbox_limits_the_areas(client, district):
    every = client.get("/v1/property-coverage?by=grid").json()
    assert client.get("/v1/property-coverage?by=grid&bbox=0,0,1,1").json() == []
    assert client.get("/v1/property-coverage?by=grid&bbox=100,40,140,50").json() == every


def test_counts_are_current_after_a_change(client, session):
    def covered() -> int:
        return sum(row["covered"] for row in client.get("/v1/property-coverage").json())

    assert covered() > 0
    session.execute(text("DELETE FROM property_coverage"))
    assert covered() == 0


def test_the_trend_has_a_row_for_each_step_and_the_last_day(client, district):
    params = {"since": "2022-11-15", "until": "2023-02-10", "area": "230403001001"}
    rows = client.get("/v1/property-coverage/trend", params=params).json()
    assert [(row["on"], row["buildings"], row["covered"]) for row in rows] == [
        ("2022-12-01", 4, 2),
        ("2023-01-01", 4, 1),
        ("2023-02-01", 4, 1),
        ("2023-02-10", 4, 1),
    ]
    filtered = client.get("/v1/property-coverage/trend", params=params | {"reason": "lapsed"})
    assert [row["uncovered"] for row in filtered.json()] == [0, 1, 1, 1]
    assert [row["rate"] for row in filtered.json()] == [None, 0, 0, 0]


def test_the_trend_begins_with_the_first_record(client, district):
    rows = client.get("/v1/property-coverage/trend?step=year&until=2023-02-10").json()
    assert [row["on"] for row in rows] == ["2021-01-01", "2022-01-01", "2023-01-01", "2023-02-10"]


def test_a_trend_that_is_too_long_or_ends_before_it_begins_is_refused(client, district):
    district.execute(
        text("UPDATE property_coverage SET covered = '[2001-01-01,)' WHERE building_code = 'b1'")
    )
    problem = client.get("/v1/property-coverage/trend?since=2001-01-01").json()
    assert (problem["status"], problem["code"]) == (422, "trend_too_long")
    assert "step" in problem["hint"]
    problem = client.get("/v1/property-coverage/trend?since=2024-01-02&until=2024-01-01").json()
    assert problem["status"] == 422
    assert "since" in problem["detail"]
