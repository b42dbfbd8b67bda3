"""The impact, differences, findings and grids of a plan."""

import pytest
from sqlalchemy import func

from geo.models import Issue
from tests.api.accounts import signed_in
from tests.api.routes.plans.plan_client import MERGE_GRIDS
from tests.district import lon_lat
from tests.district_edits import COMMUNITY_1, COMMUNITY_2, GRID_1, GRID_2

pytestmark = pytest.mark.usefixtures("accounts")


def test_the_impact_counts_buildings_and_issues_that_change_grid(editor, session):
    lon, lat = lon_lat(12, 5)
    geom = f"SRID=4326;POINT({lon} {lat})"
    session.add(Issue(ref="I2", category="x", reported_at=func.now(), status="open", geom=geom))
    session.commit()
    editor.step({"kind": "merge", "codes": [GRID_1, GRID_2]})
    impact = editor.get("impact")
    assert impact["total"] == {"buildings": 1, "households": 30, "open_issues": 1}
    [move] = impact["moves"]
    assert (move["from_code"], move["to_code"]) == (GRID_2, GRID_1)
    assert impact["distribution_before"]["buildings"] == [1, 1.5, 2]
    assert impact["distribution_after"] == {
        "grids": 1, "buildings": [3, 3, 3], "households": [60, 60, 60]
    }  # fmt: skip
    removed = next(grid for grid in impact["grids"] if grid["code"] == GRID_2)
    assert removed["after"] is None


def test_the_diff_has_each_grid_before_and_after(editor):
    editor.step(MERGE_GRIDS)
    kinds = {change["code"]: change["kinds"] for change in editor.get("diff")["changes"]}
    assert kinds == {GRID_1: ["redrawn"], GRID_2: ["removed"]}


def test_findings_use_the_limits_of_the_smallest_area(editor, client):
    wang = signed_in(client, "wang")
    for area, maximum in (("230403", 100), (COMMUNITY_1, 1)):
        response = wang.post("/v1/limits", params={"area": area}, json={"most_buildings": maximum})
        assert response.status_code == 200, response.text
    editor.step({"kind": "rename", "code": GRID_1, "name": "x"})
    findings = {finding["kind"]: finding for finding in editor.get("findings")}
    assert findings["grid_too_large"]["codes"] == [GRID_1]
    too_large = findings["grid_too_large"]
    assert (too_large["size"], too_large["unit"], too_large["limit"]) == (2, "buildings", 1)
    assert findings["grid_too_large"]["geometry"]["type"] == "Polygon"
    assert client.get("/v1/limits").json()[0]["most_buildings"] == 100
    crossed = {"least_buildings": 5, "most_buildings": 1}
    response = wang.post("/v1/limits", params={"area": COMMUNITY_1}, json=crossed)
    assert (response.status_code, response.json()["code"]) == (422, "minimum_above_maximum")


def test_findings_of_an_area_are_those_before_the_first_step_or_after_the_last(editor, client):
    wang = signed_in(client, "wang")
    limits = {"least_buildings": 2, "most_buildings": 2}
    assert wang.post("/v1/limits", params={"area": COMMUNITY_1}, json=limits).is_success
    assert editor.get("findings") == []
    untouched = editor.get("findings", area=COMMUNITY_1)
    assert [(one["kind"], one["codes"]) for one in untouched] == [("grid_too_small", [GRID_2])]
    editor.step(MERGE_GRIDS)
    assert editor.get("findings", area=COMMUNITY_1, before=True) == untouched
    for after in (editor.get("findings"), editor.get("findings", area=COMMUNITY_1)):
        assert [(one["kind"], one["size"], one["limit"]) for one in after] == [
            ("grid_too_large", 3, 2)
        ]


def test_grids_of_an_unchanged_area_are_those_in_force(editor):
    editor.step(MERGE_GRIDS)
    features = editor.get("grids", area=COMMUNITY_2)["features"]
    assert [grid["properties"]["code"] for grid in features] == [
        COMMUNITY_2 + "001",
        COMMUNITY_2 + "002",
    ]
    assert [grid["properties"]["code"] for grid in editor.get("grids")["features"]] == [GRID_1]
