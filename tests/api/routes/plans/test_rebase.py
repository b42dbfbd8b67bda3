"""Plans rebased on a newer revision."""

import pytest
import shapely

from tests.api.routes.plans.plan_client import (
    SPLIT_GRID_1,
    PlanClient,
    grids_in_force,
    line,
)
from tests.district_edits import COMMUNITY_1, GRID_1, GRID_2, GRID_3

pytestmark = pytest.mark.usefixtures("accounts")


def test_the_second_of_two_conflicting_plans_is_rebased(editor, client, session):
    other = PlanClient(client, "wang")
    editor.step(SPLIT_GRID_1)
    editor.step({"kind": "rename", "code": GRID_3, "name": "mine"})
    other.step({"kind": "split", "code": GRID_2, "line": line((15, -1), (15, 11))})
    assert other.post("publish").status_code == 201
    problem = editor.post_rejected("publish", None, 409, "plan_outdated")
    assert COMMUNITY_1 in problem["detail"]
    assert "wang" in problem["detail"]
    rebased = editor.post("rebase").json()
    assert rebased["dropped"] == []
    names = {
        grid["properties"]["code"]: grid["properties"]["name"]
        for grid in rebased["grids"]["features"]
    }
    # Wang's grid took the code that the plan had used, so the plan's grid gets another one.
    assert names == {GRID_1: None, GRID_2: None, GRID_3: None, COMMUNITY_1 + "004": "mine"}
    assert editor.post("publish").status_code == 201
    assert len(grids_in_force(session)) == 6


def test_a_rebase_drops_steps_that_no_longer_apply_and_says_why(editor, client):
    other = PlanClient(client, "wang")
    editor.step(SPLIT_GRID_1)
    editor.step({"kind": "rename", "code": GRID_3, "name": "of the split"})
    editor.step({"kind": "rename", "code": GRID_1, "name": "first"})
    other.step({"kind": "merge", "codes": [GRID_1, GRID_2], "into": COMMUNITY_1 + "009"})
    assert other.post("publish").status_code == 201
    rebased = editor.post("rebase").json()
    assert [step["number"] for step in rebased["dropped"]] == [1, 2, 3]
    assert GRID_1 in rebased["dropped"][0]["reason"]
    assert "no longer applies" in rebased["dropped"][1]["reason"]
    assert editor.plan["operations"] == []


def test_after_a_rebase_steps_follow_their_grid_by_its_area(editor, client):
    """Renumbering assigns new codes, which wang's split shifts by one; the name keeps its area."""
    other = PlanClient(client, "wang")
    renumbered = editor.step({"kind": "renumber", "community": COMMUNITY_1})["grids"]["features"]
    east = max(renumbered, key=lambda grid: shapely.geometry.shape(grid["geometry"]).bounds[2])
    code = east["properties"]["code"]
    editor.step({"kind": "rename", "code": code, "name": "east"})
    other.step(SPLIT_GRID_1)
    assert other.post("publish").status_code == 201
    rebased = editor.post("rebase").json()
    assert rebased["dropped"] == []
    [named] = [
        grid for grid in rebased["grids"]["features"] if grid["properties"]["name"] == "east"
    ]
    assert named["properties"]["code"] != code
    assert shapely.geometry.shape(named["geometry"]).equals(
        shapely.geometry.shape(east["geometry"])
    )


def test_after_a_rebase_imported_grids_have_the_new_codes_of_the_plan(editor, client):
    """The plan's grid 003 becomes 004, since wang published a 003 in the same community."""
    other = PlanClient(client, "wang")
    features = editor.step(SPLIT_GRID_1)["grids"]["features"]
    grids = [
        {"code": grid["properties"]["code"], "geometry": grid["geometry"]} for grid in features
    ]
    editor.step({"kind": "import", "community": COMMUNITY_1, "grids": grids})
    other.step({"kind": "rename", "code": GRID_2, "name": "x"})
    other.step({"kind": "split", "code": GRID_2, "line": line((15, -1), (15, 11))})
    assert other.post("publish").status_code == 201
    rebased = editor.post("rebase").json()
    [body] = [step["body"] for step in rebased["plan"]["operations"] if step["kind"] == "import"]
    assert {grid["code"] for grid in body["grids"]} == {GRID_1, GRID_2, COMMUNITY_1 + "004"}
