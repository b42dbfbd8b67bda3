"""Plans on the command line, as people run them."""

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


class Desk:
    """One who runs commands on a register."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        done = run(self.url, "plan", *words, typed=stdin)
        return done.returncode, done.stdout, done.stderr

    def tell(self, *words: str, stdin: str = "") -> str:
        code, out, err = self.run(*words, stdin=stdin)
        assert code == 0, err
        return out

    def refused(self, code: int, says: str, *words: str, stdin: str = "") -> None:
        got, out, err = self.run(*words, stdin=stdin)
        assert (got, out) == (code, ""), err
        assert says in err
        assert "Traceback" not in err

    def step(self, *steps: dict) -> None:
        self.tell("apply", "1", "-", stdin=json.dumps(steps))


@pytest.fixture
def desk(database_url: str) -> Desk:
    engine = db.connect(database_url)
    with Session(engine) as session:
        districts.build(session)
    engine.dispose()
    desk = Desk(database_url)
    assert desk.tell("new", "a plan") == "1\n"
    return desk


def in_force(url: str) -> list[str]:
    engine = db.connect(url)
    with Session(engine) as session:
        codes = list(revisions.current_grids(session, [COMMUNITY_1]))
    engine.dispose()
    return codes


def audited(url: str) -> list[str]:
    engine = db.connect(url)
    with Session(engine) as session:
        actions = list(session.scalars(select(Audit.action).order_by(Audit.id)))
    engine.dispose()
    return actions


def test_a_plan_is_drawn_looked_at_published_and_taken_back(desk, tmp_path):
    desk.step(NAMED, MERGE)
    desk.tell("undo", "1")
    assert "(undone)" in desk.tell("show", "1")
    desk.tell("redo", "1")
    assert f"communities: {COMMUNITY_1}" in desk.tell("show", "1")
    assert "a plan" in desk.tell("list", "--area", COMMUNITY_1, "--status", "draft")
    assert desk.tell("list", "--area", COMMUNITY_2) == ""
    assert json.loads(desk.tell("impact", "1", "--format", "json"))["total"]["buildings"] == 1
    assert "total" in desk.tell("impact", "1")
    assert isinstance(json.loads(desk.tell("findings", "1", "--format", "json")), list)
    assert len(desk.tell("diff", "1").splitlines()) == 2
    desk.tell("diff", "1", "-o", str(tmp_path / "diff.geojson"))
    assert len(geopandas.read_file(tmp_path / "diff.geojson")) == 2
    desk.tell("comment", "1", "looks good")
    assert desk.tell("publish", "1", "--title", "one grid") == "Published as revision 2.\n"
    assert in_force(desk.url) == [GRID_1]
    assert desk.tell("revert", "1") == "Published as revision 3.\n"
    assert in_force(desk.url) == [GRID_1, GRID_2]
    told = ["begin", "operation", "operation", "undo", "redo", "comment", "publish"]
    assert audited(desk.url) == [*(f"plan.{what}" for what in told), "revision.revert"]


def test_grids_drawn_elsewhere_come_back_as_a_step(desk, tmp_path):
    desk.step(NAMED)
    path = tmp_path / "first.gpkg"
    desk.tell("show", "1", "-o", str(path))
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
    desk.tell("apply", "1", str(path))
    assert desk.tell("publish", "1") == "Published as revision 2.\n"
    assert in_force(desk.url) == [GRID_1, GRID_2, COMMUNITY_1 + "003"]


@pytest.mark.long
def test_of_several_steps_all_are_carried_out_or_none(desk):
    bad = json.dumps([NAMED, {"kind": "merge", "codes": [GRID_1, COMMUNITY_1 + "009"]}])
    desk.refused(4, "step 2 of 2 (merge) is refused", "apply", "1", "-", stdin=bad)
    assert "rename" not in desk.tell("show", "1")


def test_who_was_overtaken_rebases_and_hears_what_was_dropped(desk):
    desk.step(NAMED)
    desk.tell("new", "another")
    desk.tell("apply", "2", "-", stdin=json.dumps(MERGE | {"into": COMMUNITY_1 + "009"}))
    desk.tell("publish", "2")
    desk.refused(3, "gridward plan rebase 1", "publish", "1")
    assert "Step 1 (rename) was dropped" in desk.tell("rebase", "1")
    desk.refused(3, "changes nothing", "publish", "1")
    desk.tell("discard", "1")
    desk.refused(3, "discarded", "undo", "1")


@pytest.mark.long
def test_limits_are_set_one_at_a_time_and_shown(desk):
    desk.tell("limits", COMMUNITY_1, "--buildings", "3:5")
    told = desk.tell("limits", COMMUNITY_1, "--households", ":300")
    assert told.split() == [COMMUNITY_1, "buildings", "3:5", "households", ":300"]
    assert desk.tell("limits", COMMUNITY_2) == ""
    assert audited(desk.url)[-2:] == ["limits.put"] * 2
    desk.refused(3, "cannot be", "limits", COMMUNITY_1, "--buildings", "5:3")
    desk.refused(4, "999", "limits", "999", "--buildings", "3:5")
    desk.refused(2, "no range", "limits", COMMUNITY_1, "--buildings", "three")
    desk.refused(2, "Name the area", "limits", "--buildings", "3:5")


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "line 1 column 2"),
        ("[]", "no step"),
        ("[3]", "step 1 of 1"),
        ('{"kind": "merge"}', "missing or wrong"),
        ('{"kind": "burn"}', "no step of kind burn"),
    ],
)
def test_what_is_no_step_is_refused_with_the_place(desk, text, says):
    desk.refused(3, says, "apply", "1", "-", stdin=text)


@pytest.mark.long
def test_wrong_words_are_told(desk, tmp_path):
    desk.refused(4, "no plan 9", "show", "9")
    desk.refused(3, "nothing", "revert", "1")
    desk.refused(3, "no step to undo", "undo", "1")
    desk.refused(2, "empty", "new", " ")
    desk.refused(3, "No such file", "apply", "1", str(tmp_path / "none.json"))
    desk.refused(3, "does not exist", "apply", "1", str(tmp_path / "none.gpkg"))
    desk.refused(3, "geojson", "show", "1", "-o", str(tmp_path / "grids.odt"))
