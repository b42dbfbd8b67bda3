"""The figures that pages ask for beside their tiles, over HTTP."""

from sqlalchemy import text


def test_changes_between_two_days_are_told_by_place(client, district):
    asked = {"by": "grid", "since": "2022-06-01", "on": "2025-01-01"}
    rows = client.get("/v1/property-coverage/changes", params=asked).json()
    told = {row["code"]: (row["gained"], row["lost"]) for row in rows}
    assert told["230403001001001"] == (0, 1)


def test_changes_follow_a_choice_of_buildings_on_either_day(client, district):
    def told(**chosen) -> tuple[int, int]:
        asked = {"by": "grid", "since": "2022-06-01", "on": "2025-01-01"} | chosen
        rows = client.get("/v1/property-coverage/changes", params=asked).json()
        return sum(row["gained"] for row in rows), sum(row["lost"] for row in rows)

    every = told()
    assert told(reason=["never_covered", "lapsed"]) == every
    assert told(built_from=2999) == (0, 0)
    assert told(not_use=["none such"]) == every
    assert told(reason=["lapsed"])[1] == every[1]
    kinds = [
        "property_firm",
        "homeowner_committee",
        "property_management_committee",
        "community_led",
        "self_managed",
    ]
    assert told(manager_kind=kinds) == every
    parts = [told(manager_kind=[kind]) for kind in kinds]
    assert tuple(map(sum, zip(*parts, strict=True))) == every
    for by in ("district", "neighborhood"):
        assert told(by=by, built_from=2999) == (0, 0)


def test_changes_need_the_earlier_day(client, district):
    assert client.get("/v1/property-coverage/changes").status_code == 422


def test_issue_counts_add_up_to_the_issues_reported_in_a_period(client, district):
    listed = client.get("/v1/issues?format=csv&limit=1000").text.splitlines()
    every = client.get("/v1/issues/counts").json()
    assert sum(row["issues"] for row in every) == len(listed) - 1
    none = client.get("/v1/issues/counts?since=2100-01-01").json()
    assert none == []
    assert client.get("/v1/issues/counts?until=1999-12-31").json() == []
    assert client.get("/v1/issues/counts?since=1999-12-31&until=2100-01-01").json() == every


def test_figures_follow_a_choice_of_buildings(client, district):
    every = client.get("/v1/property-coverage", params={"by": "grid"}).json()
    asked = {"by": "grid", "manager_kind": ["property_firm", "self_managed"]}
    firms = client.get("/v1/property-coverage", params=asked).json()
    assert [row["code"] for row in firms] == [row["code"] for row in every]
    assert all(row["uncovered"] == 0 for row in firms)
    asked = {"by": "grid", "reason": ["never_covered", "lapsed"]}
    uncovered = client.get("/v1/property-coverage", params=asked).json()
    assert [row["buildings"] for row in uncovered] == [row["uncovered"] for row in every]
    none = client.get("/v1/property-coverage?by=grid&built_from=2999").json()
    assert {row["buildings"] for row in none} == {0}


def test_a_kind_of_manager_that_there_is_not_is_refused(client):
    answer = client.get("/v1/property-coverage?manager_kind=firm")
    assert answer.status_code == 422
    assert "manager_kind" in answer.text


def test_figures_are_told_for_the_places_in_a_box(client, district):
    every = client.get("/v1/property-coverage?by=grid").json()
    assert client.get("/v1/property-coverage?by=grid&bbox=0,0,1,1").json() == []
    assert client.get("/v1/property-coverage?by=grid&bbox=100,40,140,50").json() == every


def test_figures_are_new_as_soon_as_the_register_is(client, session):
    def covered() -> int:
        return sum(row["covered"] for row in client.get("/v1/property-coverage").json())

    assert covered() > 0
    session.execute(text("DELETE FROM property_coverage"))
    assert covered() == 0
