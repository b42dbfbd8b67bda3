"""Steps that an earlier version stored, and that the input validation of this one rejects."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geo.models import PlanStep
from geo.plans.core.operations import from_stored, to_json
from tests.api.routes.plans.plan_client import SPLIT_GRID_1, PlanClient
from tests.district import lon_lat
from tests.district_edits import COMMUNITY_1, GRID_1, GRID_2

pytestmark = pytest.mark.usefixtures("accounts")

NAMES = ["", " ", " both ends ", "a\ttab", "two\nlines", "\x1b", "x" * 300]
LON, _ = lon_lat(4.5, 0)
OUT_OF_BOUNDS = {"type": "LineString", "coordinates": [[LON, -91], [LON, 91]]}


def store(session: Session, editor: PlanClient, body: dict[str, Any]) -> None:
    """Add a step to the plan as an earlier version has stored it."""
    editor.step({"kind": "rename", "code": GRID_1, "name": "to be replaced"})
    is_own = PlanStep.plan_id == editor.plan["id"]
    session.execute(update(PlanStep).where(is_own).values(body=body))
    session.expire_all()


def open_undo_and_redo(editor: PlanClient) -> dict[str, str | None]:
    """Read every part of the plan, undo and redo the step; return the names of its grids."""
    for part in ("", "findings", "impact", "diff"):
        editor.get(part)
    grids = editor.get("grids")["features"]
    assert editor.post("undo").status_code == 200
    assert editor.post("redo").json()["grids"]["features"] == grids
    assert editor.post("rebase").json()["dropped"] == []
    return {grid["properties"]["code"]: grid["properties"]["name"] for grid in grids}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:15])
def test_a_stored_name_of_any_form_is_kept_as_it_is(session, editor, name):
    body = {"kind": "rename", "code": GRID_1, "name": name}
    store(session, editor, body)
    assert open_undo_and_redo(editor)[GRID_1] == name
    stored = select(PlanStep.body).where(PlanStep.plan_id == editor.plan["id"])
    assert session.scalar(stored) == body
    assert editor.post("undo").status_code == 200
    if name != " both ends ":
        editor.post_rejected("operations", body, 422, "bad_operation")


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:15])
def test_a_stored_import_keeps_the_names_of_its_grids(session, editor, name):
    editor.step({"kind": "rename", "code": GRID_1, "name": "a step"})
    features = editor.get("grids")["features"]
    editor.post("undo")
    grids = [
        {"geometry": grid["geometry"], "code": grid["properties"]["code"], "name": name}
        for grid in features
    ]
    store(session, editor, {"kind": "import", "community": COMMUNITY_1, "grids": grids})
    assert set(open_undo_and_redo(editor).values()) == {name}


def test_a_stored_line_may_leave_the_bounds_of_longitude_and_latitude(session, editor):
    body = SPLIT_GRID_1 | {"line": OUT_OF_BOUNDS, "into": None}
    store(session, editor, body)
    assert len(open_undo_and_redo(editor)) == 3
    editor.post_rejected("operations", body, 422, "bad_operation")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "transfer", "buildings": ["b" * 100, "a\tb", " c"], "to": GRID_2},
        {"kind": "merge", "codes": [GRID_1, "g" * 65], "into": ""},
        {"kind": "create", "community": COMMUNITY_1, "count": 1_000},
        {"kind": "create", "community": COMMUNITY_1, "count": 0},
        {"kind": "restore", "code": GRID_1, "at": "2025-01-01T00:00:00+00:00:30"},
        {"kind": "renumber", "community": "c" * 65},
    ],
    ids=str,
)
def test_a_stored_step_is_parsed_without_change(body):
    assert to_json(from_stored(body)) == body


def test_a_stored_step_of_an_unknown_grid_can_be_undone(session, editor):
    store(session, editor, {"kind": "merge", "codes": [GRID_1, "g" * 65], "into": None})
    assert editor.get()["operations"]
    assert editor.post("undo").status_code == 200
    assert editor.plan["undone_count"] == 1
