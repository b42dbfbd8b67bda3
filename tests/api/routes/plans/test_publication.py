"""The publication of plans."""

import datetime

import pytest
from sqlalchemy import func, select

from geo.models import Plan, Revision
from tests.api.accounts import signed_in
from tests.api.routes.plans.plan_client import (
    MERGE_GRIDS,
    SPLIT_GRID_1,
    PlanClient,
    grids_in_force,
)
from tests.district import lon_lat
from tests.district_edits import COMMUNITY_1, COMMUNITY_2, GRID_1, GRID_2, GRID_3
from tests.district_edits import merge_grids as publish_merge

pytestmark = pytest.mark.usefixtures("accounts")


def test_publication_creates_a_revision_with_its_lineage(editor, client, session):
    editor.step(SPLIT_GRID_1)
    editor.step({"kind": "rename", "code": GRID_3, "name": "东半"})
    response = editor.post("publish", {"title": "Split <b>one</b>"})
    assert response.status_code == 201, response.text
    assert response.json() | {"number": 2, "title": "Split <b>one</b>", "author": None} == (
        response.json()
    )
    assert set(grids_in_force(session)) == {
        GRID_1,
        GRID_2,
        GRID_3,
        COMMUNITY_2 + "001",
        COMMUNITY_2 + "002",
    }
    revision = client.get("/v1/revisions/2").json()
    assert revision["communities"] == [COMMUNITY_1]
    assert {lineage["to_code"] for lineage in revision["lineage"]} == {GRID_1, GRID_3}
    assert editor.get()["status"] == "published"
    assert editor.get()["revision"] == 2
    editor.post_rejected(
        "operations", MERGE_GRIDS, 409, "not_a_draft", version=editor.get()["version"]
    )
    [row] = session.execute(select(Plan.status, Plan.revision)).all()
    assert tuple(row) == ("published", 2)


def test_the_same_idempotency_key_publishes_once(editor, session):
    editor.step(SPLIT_GRID_1)
    key = {"Idempotency-Key": "k1"}
    first, again = (editor.post("publish", **key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert session.scalar(select(func.count()).select_from(Revision)) == 2
    other = PlanClient(editor.http)
    other.step({"kind": "rename", "code": GRID_2, "name": "x"})
    other.post_rejected("publish", None, 409, "idempotency_key_reused", **key)


def test_a_plan_can_be_published_for_later(editor, client):
    editor.step(MERGE_GRIDS)
    revision = editor.post("publish", {"at": "2099-01-01T00:00:00+08:00"}).json()
    assert datetime.datetime.fromisoformat(revision["effective_at"]).year == 2099
    lon, lat = lon_lat(15, 5)
    assert client.get("/v1/grids/" + GRID_2).json()["properties"]["in_force_to"] is not None
    assert (
        client.get("/v1/lookup", params={"lon": lon, "lat": lat}).json()["grid"]["code"] == GRID_2
    )


def test_plans_of_different_communities_do_not_conflict(editor, client):
    other = PlanClient(client, "wang")
    editor.step(SPLIT_GRID_1)
    other.step({"kind": "merge", "codes": [COMMUNITY_2 + "001", COMMUNITY_2 + "002"]})
    assert other.post("publish").status_code == 201
    assert editor.post("publish").status_code == 201


def test_a_revert_makes_a_plan_outdated_too(editor, client, session):
    publish_merge(session)
    late = PlanClient(client)
    late.step({"kind": "rename", "code": GRID_3, "name": "x"})
    assert signed_in(client, "wang").post("/v1/revisions/2/revert").status_code == 201
    late.post_rejected("publish", None, 409, "plan_outdated")


def test_a_plan_that_changes_nothing_is_not_published(editor):
    editor.post_rejected("publish", None, 422, "plan_empty")
    editor.step({"kind": "rename", "code": GRID_1, "name": "x"})
    editor.step({"kind": "rename", "code": GRID_1, "name": None})
    editor.post_rejected("publish", None, 422, "plan_empty")


def test_grids_that_do_not_tile_their_community_prevent_publication(editor, session):
    """The community grew, so its grids leave a gap that no step caused."""
    session.execute(
        Plan.__table__.metadata.tables["area"]
        .update()
        .where(Plan.__table__.metadata.tables["area"].c.code == COMMUNITY_1)
        .values(geom=func.ST_Multi(func.ST_MakeEnvelope(129.99, 47, 130.02, 47.01, 4326)))
    )
    session.commit()
    editor.step(MERGE_GRIDS)
    assert [finding["kind"] for finding in editor.get("findings") if finding["is_error"]] == [
        "grid_gap"
    ]
    problem = editor.post_rejected("publish", None, 422, "plan_has_errors")
    assert "grid_gap" in problem["detail"]
