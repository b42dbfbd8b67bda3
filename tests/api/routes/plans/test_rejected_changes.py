"""Changes to plans that are rejected: outdated, forbidden, invalid, too large."""

import json

import pytest

from tests.api.routes.plans.plan_client import (
    MERGE_GRIDS,
    SPLIT_GRID_1,
    PlanClient,
    line,
)
from tests.district_edits import COMMUNITY_1, COMMUNITY_2, GRID_1, GRID_3

pytestmark = pytest.mark.usefixtures("accounts")


def test_two_tabs_cannot_overwrite_each_other(editor):
    stale = editor.plan["version"]
    editor.step(SPLIT_GRID_1)
    editor.post_rejected("operations", MERGE_GRIDS, 412, "plan_changed", version=stale)
    editor.post_rejected("publish", None, 412, "plan_changed", version=stale)
    response = editor.http.post(f"{editor.path}/undo")
    assert (response.status_code, response.json()["code"]) == (428, "version_missing")
    response = editor.http.post(f"{editor.path}/undo", headers={"If-Match": "*"})
    assert (response.status_code, response.json()["code"]) == (422, "bad_version")


def test_only_the_author_or_an_admin_changes_a_plan(editor, client):
    wang = PlanClient(client, "wang", editor.plan["id"])
    wang.post_rejected("operations", MERGE_GRIDS, 403, "not_your_plan")
    wang.post_rejected("discard", None, 403, "not_your_plan")
    wang.post_rejected("publish", None, 403, "not_your_plan")
    assert PlanClient(client, "admin", editor.plan["id"]).post("discard").status_code == 200


def test_a_change_outside_the_scope_is_forbidden(client, district, session, accounts):
    accounts["chen"].reach = COMMUNITY_2
    session.commit()
    editor = PlanClient(client)
    editor.post_rejected("operations", MERGE_GRIDS, 403, "out_of_reach")
    accounts["chen"].reach = COMMUNITY_1
    session.commit()
    editor.step(MERGE_GRIDS)
    accounts["chen"].reach = COMMUNITY_2
    session.commit()
    editor.post_rejected("publish", None, 403, "out_of_reach")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "split", "code": GRID_1, "line": line((50, 50), (60, 60))}, 422, "bad_cut"),
        ({"kind": "split", "code": GRID_1, "line": line((5, -1), (5, 5))}, 422, "bad_cut"),
        ({"kind": "split", "code": GRID_1, "line": line((-1, 5), (5, 5), (-1, 7), (11, 8))}, 422, "bad_cut"),  # noqa: E501
        ({"kind": "merge", "codes": [GRID_1, COMMUNITY_2 + "002"]}, 422, "several_communities"),
        ({"kind": "merge", "codes": [GRID_1]}, 422, "grids_not_adjacent"),
        ({"kind": "merge", "codes": [GRID_1, GRID_3]}, 404, "grid_not_in_partition"),
        ({"kind": "rename", "code": "999", "name": "x"}, 404, "community_unknown"),
        ({"kind": "fly"}, 422, "bad_operation"),
        ({}, 422, "bad_operation"),
        ({"kind": "split", "code": GRID_1, "line": {"type": "Point", "coordinates": [1, 2]}}, 422, "bad_operation"),  # noqa: E501
    ],
)  # fmt: skip
def test_an_invalid_step_is_rejected_with_a_hint(editor, body, status, code):
    editor.post_rejected("operations", body, status, code)


def test_a_large_body_is_rejected_before_it_is_read(editor):
    big = {"kind": "rename", "code": GRID_1, "name": "x" * 9_000_000}
    problem = editor.post_rejected("operations", big, 413, "too_large")
    assert "GRIDWARD_BODY_MEGABYTES" in problem["hint"]
    assert len(json.dumps(problem)) < 2000


def test_a_large_body_of_unknown_length_is_rejected_while_it_is_read(editor):
    parts = (b" " * 1_000_000 for _ in range(20))
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}
    response = editor.http.post(f"{editor.path}/operations", content=parts, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert editor.get()["version"] == 1
