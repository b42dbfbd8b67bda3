"""Plans as drafts: created, changed step by step, undone, listed."""

import pytest
import shapely
from sqlalchemy import func, select

from geo.models import Revision
from tests.api.accounts import signed_in
from tests.api.routes.plans.plan_client import (
    MERGE_GRIDS,
    SPLIT_GRID_1,
    PlanClient,
    grids_in_force,
)
from tests.district_edits import COMMUNITY_1, COMMUNITY_2, GRID_1, GRID_2, GRID_3

pytestmark = pytest.mark.usefixtures("accounts")


def test_a_new_plan_is_empty_and_based_on_the_newest_revision(editor):
    assert editor.plan["author"] == "chen"
    assert editor.plan["status"] == "draft"
    assert editor.plan["base_revision"] == 1
    assert editor.plan["operations"] == []
    assert editor.http.get("/v1/plans").json()["plans"] == [editor.get()]


def test_a_step_returns_the_grids_with_their_counts(editor):
    preview = editor.step(SPLIT_GRID_1)
    buildings = {
        grid["properties"]["code"]: grid["properties"]["buildings"]
        for grid in preview["grids"]["features"]
    }
    assert buildings == {GRID_1: 1, GRID_2: 1, GRID_3: 1}
    assert preview["plan"]["communities"] == [COMMUNITY_1]
    assert preview["plan"]["version"] == 2
    assert preview["removed"] == []
    geometries = [shapely.geometry.shape(grid["geometry"]) for grid in preview["grids"]["features"]]
    assert shapely.coverage_is_valid(geometries)
    assert shapely.union_all(geometries).area == pytest.approx(2e-4)


def test_nothing_in_force_changes_before_publication(editor, session):
    before = grids_in_force(session)
    editor.step(SPLIT_GRID_1)
    editor.step(MERGE_GRIDS)
    assert grids_in_force(session) == before
    assert session.scalar(select(func.count()).select_from(Revision)) == 1


def test_undo_and_redo_reach_any_depth_and_a_new_step_deletes_undone_steps(editor):
    first = editor.step(SPLIT_GRID_1)
    second = editor.step({"kind": "rename", "code": GRID_3, "name": "east"})
    editor.post("undo")
    undone = editor.post("undo").json()
    assert undone["plan"]["undone_count"] == 2
    assert undone["communities"] == []
    editor.post_rejected("undo", None, 409, "nothing_to_undo_or_redo")
    assert editor.post("redo").json()["grids"] == first["grids"]
    assert editor.post("redo").json()["grids"] == second["grids"]
    editor.post_rejected("redo", None, 409, "nothing_to_undo_or_redo")
    editor.post("undo")
    assert len(editor.step(MERGE_GRIDS)["plan"]["operations"]) == 2


def test_an_unknown_plan_is_not_found(client, district):
    response = signed_in(client, "chen").get("/v1/plans/999")
    assert (response.status_code, response.json()["code"]) == (404, "plan_unknown")


def test_plans_are_filtered_by_area_author_and_status_and_paged(editor, client):
    wang = PlanClient(client, "wang")
    wang.step({"kind": "merge", "codes": [COMMUNITY_2 + "001", COMMUNITY_2 + "002"]})
    editor.step(MERGE_GRIDS)

    def listed(**query) -> list[int]:
        response = editor.http.get("/v1/plans", params=query)
        assert response.status_code == 200, response.text
        return [plan["id"] for plan in response.json()["plans"]]

    mine, theirs = editor.plan["id"], wang.plan["id"]
    assert listed() == [theirs, mine]
    assert listed(area=COMMUNITY_1) == [mine]
    assert listed(author="wang") == [theirs]
    editor.post("undo")
    assert listed(area=COMMUNITY_1) == []
    editor.post("discard")
    assert listed(status="discarded") == [mine]
    first = editor.http.get("/v1/plans", params={"limit": 1}).json()
    assert [plan["id"] for plan in first["plans"]] == [theirs]
    assert [plan["id"] for plan in editor.http.get(first["links"][0]["href"]).json()["plans"]] == [
        mine
    ]


def test_comments_keep_their_order_and_their_markup_as_text(editor, client):
    PlanClient(client, "wang", editor.plan["id"]).post("comments", {"text": "<b>why</b>?"})
    editor.post("comments", {"text": "because"})
    comments = editor.get("comments")
    assert [(comment["author"], comment["text"]) for comment in comments] == [
        ("wang", "<b>why</b>?"), ("chen", "because")
    ]  # fmt: skip
