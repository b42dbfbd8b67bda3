"""Revisions, the differences between them, and reverts."""

import datetime

import pytest
import shapely

from geo import city_time
from tests.api.accounts import signed_in
from tests.district_edits import (
    COMMUNITY_1,
    GRID_1,
    GRID_2,
    GRID_3,
    grid_version,
    merge_grids,
    publish_versions,
)

SOON = "2100-01-01T00:00:00Z"


def test_revisions_are_listed_newest_first_and_paged(client, district):
    for _ in range(4):
        publish_versions(
            district, {GRID_1: grid_version(0, 10, name=f"named at {city_time.now()}")}
        )
    response = client.get("/v1/revisions").json()
    assert [each["number"] for each in response["revisions"]] == [5, 4, 3]
    rest = client.get(response["links"][0]["href"]).json()
    assert ([each["number"] for each in rest["revisions"]], rest["links"]) == ([2, 1], [])


def test_a_revision_has_its_communities_and_its_lineage(client, district):
    merge_grids(district)
    response = client.get("/v1/revisions/2").json()
    assert response["communities"] == [COMMUNITY_1]
    assert [(each["from_code"], each["to_code"]) for each in response["lineage"]] == [
        (GRID_1, GRID_3),
        (GRID_2, GRID_3),
    ]
    missing = client.get("/v1/revisions/99")
    assert (missing.status_code, missing.json()["code"]) == (404, "revision_unknown")


def test_a_diff_has_the_exact_geometries_before_and_after(client, district):
    merge_grids(district)
    response = client.get("/v1/diff", params={"from": "1", "to": "2"}).json()
    kinds = {change["code"]: change["kinds"] for change in response["changes"]}
    assert kinds == {GRID_1: ["removed"], GRID_2: ["removed"], GRID_3: ["added"]}
    after = response["changes"][2]["after"]["geometry"]
    assert shapely.geometry.shape(after).wkb == grid_version(0, 20).wkb
    assert response["changes"][2]["changed_area_m2"] == pytest.approx(1.69e6, rel=0.01)


def test_a_diff_accepts_timestamps_and_is_paged(client, district):
    changed = merge_grids(district)
    earlier = changed.effective_at - datetime.timedelta(seconds=1)
    params = {"from": earlier.isoformat(), "to": SOON, "limit": "2"}
    response = client.get("/v1/diff", params=params).json()
    assert [change["code"] for change in response["changes"]] == [GRID_1, GRID_2]
    rest = client.get(response["links"][0]["href"]).json()
    assert [change["code"] for change in rest["changes"]] == [GRID_3]


@pytest.mark.parametrize("text", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "-1", "1.5"])
def test_an_invalid_state_is_named(client, district, text):
    response = client.get("/v1/diff", params={"from": text, "to": "1"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"] == "query.from"


def test_a_retired_grid_can_be_read_with_its_successors(client, district):
    merge_grids(district)
    properties = client.get(f"/v1/grids/{GRID_1}").json()["properties"]
    assert properties["successors"] == [GRID_3]
    assert properties["in_force_to"]
    now = client.get(f"/v1/grids/{GRID_1}", params={"at": city_time.now().isoformat()})
    assert (now.status_code, now.json()["code"]) == (404, "grid_unknown")


@pytest.mark.usefixtures("accounts", "district")
def test_reverting_the_first_import_requires_confirmation(client):
    chen = signed_in(client, "chen")
    rejected = chen.post("/v1/revisions/1/revert", json={"title": "back to nothing"})
    assert (rejected.status_code, rejected.json()["code"]) == (409, "leaves_no_grids")
    assert client.get("/v1/grids").json()["features"]
    confirmed = chen.post("/v1/revisions/1/revert", json={"leave_empty": True})
    assert (confirmed.status_code, confirmed.json()["number"]) == (201, 2)
    assert client.get("/v1/grids").json()["features"] == []
