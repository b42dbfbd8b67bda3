"""What was published and what changed, over HTTP."""

import datetime

import pytest
import shapely

from geo import city_time
from tests.api.accounts import signed_in
from tests.redrawn import FIRST, ONE, THREE, TWO, merge, outline, publish

SOON = "2100-01-01T00:00:00Z"


def test_revisions_come_newest_first_with_a_link_to_the_rest(client, district):
    for _ in range(4):
        publish(district, {ONE: outline(0, 10, name=f"called so at {city_time.now()}")})
    answer = client.get("/v1/revisions").json()
    assert [each["number"] for each in answer["revisions"]] == [5, 4, 3]
    rest = client.get(answer["links"][0]["href"]).json()
    assert ([each["number"] for each in rest["revisions"]], rest["links"]) == ([2, 1], [])


def test_a_revision_tells_its_communities_and_which_ground_went_where(client, district):
    merge(district)
    answer = client.get("/v1/revisions/2").json()
    assert answer["communities"] == [FIRST]
    assert [(each["from_code"], each["to_code"]) for each in answer["lineage"]] == [
        (ONE, THREE),
        (TWO, THREE),
    ]
    missing = client.get("/v1/revisions/99")
    assert (missing.status_code, missing.json()["code"]) == (404, "revision_unknown")


def test_a_diff_has_the_very_shapes_before_and_after(client, district):
    merge(district)
    answer = client.get("/v1/diff", params={"from": "1", "to": "2"}).json()
    kinds = {change["code"]: change["kinds"] for change in answer["changes"]}
    assert kinds == {ONE: ["removed"], TWO: ["removed"], THREE: ["added"]}
    after = answer["changes"][2]["after"]["geometry"]
    assert shapely.geometry.shape(after).wkb == outline(0, 20).wkb
    assert answer["changes"][2]["moved_m2"] == pytest.approx(1.69e6, rel=0.01)


def test_a_diff_takes_moments_and_pages(client, district):
    changed = merge(district)
    earlier = changed.effective_at - datetime.timedelta(seconds=1)
    asked = {"from": earlier.isoformat(), "to": SOON, "limit": "2"}
    answer = client.get("/v1/diff", params=asked).json()
    assert [change["code"] for change in answer["changes"]] == [ONE, TWO]
    rest = client.get(answer["links"][0]["href"]).json()
    assert [change["code"] for change in rest["changes"]] == [THREE]


@pytest.mark.parametrize("text", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "-1", "1.5"])
def test_what_is_no_state_is_refused_by_name(client, district, text):
    answer = client.get("/v1/diff", params={"from": text, "to": "1"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "query.from"


def test_a_retired_grid_still_answers(client, district):
    merge(district)
    properties = client.get(f"/v1/grids/{ONE}").json()["properties"]
    assert properties["successors"] == [THREE]
    assert properties["in_force_to"]
    now = client.get(f"/v1/grids/{ONE}", params={"at": city_time.now().isoformat()})
    assert (now.status_code, now.json()["code"]) == (404, "grid_unknown")


@pytest.mark.usefixtures("accounts", "district")
def test_the_first_import_is_not_taken_back_by_mistake(client):
    chen = signed_in(client, "chen")
    refused = chen.post("/v1/revisions/1/revert", json={"title": "back to nothing"})
    assert (refused.status_code, refused.json()["code"]) == (409, "leaves_no_grids")
    assert client.get("/v1/grids").json()["features"]
    meant = chen.post("/v1/revisions/1/revert", json={"leave_empty": True})
    assert (meant.status_code, meant.json()["number"]) == (201, 2)
    assert client.get("/v1/grids").json()["features"] == []
