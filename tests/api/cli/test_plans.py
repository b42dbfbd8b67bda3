"""Plans on the command line."""

import json

import geopandas
import pytest
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import db
from geo.grids import revisions
from geo.models import Audit
from tests import district as districts
from tests.command import run
from tests.district_edits import COMMUNITY_1, COMMUNITY_2, GRID_1, GRID_2

MERGE = {"kind": "merge", "codes": [GRID_1, GRID_2]}
NAMED = {"kind": "rename", "code": GRID_1, "name": "one"}


class PlanCommand:
    """Runs `gridward plan` on a database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        result = run(self.url, "plan", *words, typed=stdin)
        return result.returncode, result.stdout, result.stderr

    def stdout(self, *words: str, stdin: str = "") -> str:
        code, out, err = self.run(*words, stdin=stdin)
        assert code == 0, err
        return out

    def fails(self, code: int, message: str, *words: str, stdin: str = "") -> None:
        exit_code, out, err = self.run(*words, stdin=stdin)
        assert (exit_code, out) == (code, ""), err
        assert message in err
        assert "Traceback" not in err

    def apply(self, *steps: dict) -> None:
        self.stdout("apply", "1", "-", stdin=json.dumps(steps))


@pytest.fixture
def plan(database_url: str) -> PlanCommand:
    engine = db.connect(database_url)
    with Session(engine) as session:
        districts.insert_district(session)
    engine.dispose()
    plan = PlanCommand(database_url)
    assert plan.stdout("new", "a plan") == "1\n"
    return plan


def in_force(url: str) -> list[str]:
    engine = db.connect(url)
    with Session(engine) as session:
        codes = list(revisions.current_grids(session, [COMMUNITY_1]))
    engine.dispose()
    return codes


def audit_actions(url: str) -> list[str]:
    engine = db.connect(url)
    with Session(engine) as session:
        actions = list(session.scalars(select(Audit.action).order_by(Audit.id)))
    engine.dispose()
    return actions


def test_a_plan_is_edited_shown_published_and_reverted(plan, tmp_path):
    plan.apply(NAMED, MERGE)
    plan.stdout("undo", "1")
    assert "(undone)" in plan.stdout("show", "1")
    plan.stdout("redo", "1")
    assert f"communities: {COMMUNITY_1}" in plan.stdout("show", "1")
    assert "a plan" in plan.stdout("list", "--area", COMMUNITY_1, "--status", "draft")
    assert plan.stdout("list", "--area", COMMUNITY_2) == ""
    assert json.loads(plan.stdout("impact", "1", "--format", "json"))["total"]["buildings"] == 1
    assert "total" in plan.stdout("impact", "1")
    assert isinstance(json.loads(plan.stdout("findings", "1", "--format", "json")), list)
    assert len(plan.stdout("diff", "1").splitlines()) == 2
    plan.stdout("diff", "1", "-o", str(tmp_path / "diff.geojson"))
    assert len(geopandas.read_file(tmp_path / "diff.geojson")) == 2
    plan.stdout("comment", "1", "looks good")
    assert plan.stdout("publish", "1", "--title", "one grid") == "Published as revision 2.\n"
    assert in_force(plan.url) == [GRID_1]
    assert plan.stdout("revert", "1") == "Published as revision 3.\n"
    assert in_force(plan.url) == [GRID_1, GRID_2]
    actions = ["begin", "operation", "operation", "undo", "redo", "comment", "publish"]
    assert audit_actions(plan.url) == [*(f"plan.{action}" for action in actions), "revision.revert"]


def test_a_file_of_edited_grids_is_applied_as_a_step(plan, tmp_path):
    plan.apply(NAMED)
    path = tmp_path / "first.gpkg"
    plan.stdout("show", "1", "-o", str(path))
    grids = geopandas.read_file(path)
    assert list(grids.columns) == [
        "code", "name", "community_code", "buildings", "households", "geometry"
    ]  # fmt: skip
    west, south, east, north = grids.geometry[0].bounds
    middle = (west + east) / 2
    grids.loc[0, "geometry"] = shapely.MultiPolygon([shapely.box(west, south, middle, north)])
    grids.loc[2] = grids.loc[0]
    grids.loc[2, ["code", "name"]] = None
    grids.loc[2, "geometry"] = shapely.MultiPolygon([shapely.box(middle, south, east, north)])
    grids.to_file(path, layer="first")
    plan.stdout("apply", "1", str(path))
    assert plan.stdout("publish", "1") == "Published as revision 2.\n"
    assert in_force(plan.url) == [GRID_1, GRID_2, COMMUNITY_1 + "003"]


@pytest.mark.long
def test_several_steps_are_applied_all_or_none(plan):
    bad = json.dumps([NAMED, {"kind": "merge", "codes": [GRID_1, COMMUNITY_1 + "009"]}])
    plan.fails(4, "step 2 of 2 (merge) is refused", "apply", "1", "-", stdin=bad)
    assert "rename" not in plan.stdout("show", "1")


def test_an_outdated_plan_is_rebased_and_lists_dropped_steps(plan):
    plan.apply(NAMED)
    plan.stdout("new", "another")
    plan.stdout("apply", "2", "-", stdin=json.dumps(MERGE | {"into": COMMUNITY_1 + "009"}))
    plan.stdout("publish", "2")
    plan.fails(3, "gridward plan rebase 1", "publish", "1")
    assert "Step 1 (rename) was dropped" in plan.stdout("rebase", "1")
    plan.fails(3, "changes nothing", "publish", "1")
    plan.stdout("discard", "1")
    plan.fails(3, "discarded", "undo", "1")


@pytest.mark.long
def test_limits_are_set_separately_and_shown(plan):
    plan.stdout("limits", COMMUNITY_1, "--buildings", "3:5")
    output = plan.stdout("limits", COMMUNITY_1, "--households", ":300")
    assert output.split() == [COMMUNITY_1, "buildings", "3:5", "households", ":300"]
    assert plan.stdout("limits", COMMUNITY_2) == ""
    assert audit_actions(plan.url)[-2:] == ["limits.put"] * 2
    plan.fails(3, "is larger than the maximum", "limits", COMMUNITY_1, "--buildings", "5:3")
    plan.fails(4, "999", "limits", "999", "--buildings", "3:5")
    plan.fails(2, "not a range", "limits", COMMUNITY_1, "--buildings", "three")
    plan.fails(2, "State the area", "limits", "--buildings", "3:5")


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1 column 2"),
        ("[]", "no step"),
        ("[3]", "step 1 of 1"),
        ('{"kind": "merge"}', "missing or wrong"),
        ('{"kind": "burn"}', "no operation of kind 'burn'"),
    ],
)
def test_an_invalid_step_is_reported_with_its_position(plan, text, message):
    plan.fails(3, message, "apply", "1", "-", stdin=text)


@pytest.mark.long
def test_invalid_arguments_of_plan_commands_are_reported(plan, tmp_path):
    plan.fails(4, "no plan 9", "show", "9")
    plan.fails(3, "nothing", "revert", "1")
    plan.fails(3, "no step to undo", "undo", "1")
    plan.fails(2, "at least 1 character", "new", " ")
    plan.fails(3, "No such file", "apply", "1", str(tmp_path / "none.json"))
    plan.fails(3, "does not exist", "apply", "1", str(tmp_path / "none.gpkg"))
    plan.fails(3, "geojson", "show", "1", "-o", str(tmp_path / "grids.odt"))
