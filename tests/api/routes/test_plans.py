"""Plans over HTTP: begun, changed, looked at, published; and what is refused."""

import datetime
import json

import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import Issue, MicroGrid, Plan, Revision
from tests.api.accounts import signed_in
from tests.district import place
from tests.redrawn import FIRST, ONE, SECOND, TWO
from tests.redrawn import merge as merge_at_once

pytestmark = pytest.mark.usefixtures("accounts")

THREE = FIRST + "003"


def line(*places: tuple[float, float]) -> dict:
    return {"type": "LineString", "coordinates": [place(*one) for one in places]}


SPLIT_ONE = {"kind": "split", "code": ONE, "line": line((4.5, -1), (4.5, 11))}
MERGE = {"kind": "merge", "codes": [ONE, TWO]}


class Desk:
    """One who works on a plan, and always knows its newest version."""

    def __init__(self, client, login: str = "chen", number: int | None = None) -> None:
        self.http = signed_in(client, login)
        if number is None:
            self.plan = self.http.post("/v1/plans", json={"title": "a plan"}).json()
        else:
            self.plan = self.http.get(f"/v1/plans/{number}").json()
        self.path = f"/v1/plans/{self.plan['id']}"

    def get(self, what: str = "", **query):
        answer = self.http.get(f"{self.path}/{what}" if what else self.path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, what: str, body: dict | None = None, version: int | None = None, **headers):
        seen = {"If-Match": f'"{version or self.plan["version"]}"'} | headers
        answer = self.http.post(f"{self.path}/{what}", json=body or {}, headers=seen)
        if answer.status_code == 200:
            told = answer.json()
            self.plan = told.get("plan", told)
        return answer

    def step(self, body: dict) -> dict:
        answer = self.post("operations", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, what: str, body: dict | None, status: int, code: str, **more) -> dict:
        before = self.get()
        answer = self.post(what, body, **more)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["hint"]
        assert self.get() == before, "a refusal changes nothing"
        return answer.json()


@pytest.fixture
def desk(client, district: Session) -> Desk:
    return Desk(client)


def in_force(session: Session) -> dict[str, str]:
    session.expire_all()
    rows = session.execute(
        select(MicroGrid.code, func.ST_AsText(func.ST_Normalize(MicroGrid.geom))).where(
            func.upper_inf(MicroGrid.in_force)
        )
    )
    return {row[0]: row[1] for row in rows}


def test_a_plan_begins_empty_on_the_newest_revision(desk):
    assert desk.plan["author"] == "chen"
    assert desk.plan["status"] == "draft"
    assert desk.plan["base_revision"] == 1
    assert desk.plan["operations"] == []
    assert desk.http.get("/v1/plans").json()["plans"] == [desk.get()]


def test_a_step_answers_with_the_grids_and_what_they_hold(desk):
    picture = desk.step(SPLIT_ONE)
    held = {
        grid["properties"]["code"]: grid["properties"]["buildings"]
        for grid in picture["grids"]["features"]
    }
    assert held == {ONE: 1, TWO: 1, THREE: 1}
    assert picture["plan"]["communities"] == [FIRST]
    assert picture["plan"]["version"] == 2
    assert picture["gone"] == []
    ground = [shapely.geometry.shape(grid["geometry"]) for grid in picture["grids"]["features"]]
    assert shapely.coverage_is_valid(ground)
    assert shapely.union_all(ground).area == pytest.approx(2e-4)


def test_nothing_in_force_changes_before_it_is_published(desk, session):
    before = in_force(session)
    desk.step(SPLIT_ONE)
    desk.step(MERGE)
    assert in_force(session) == before
    assert session.scalar(select(func.count()).select_from(Revision)) == 1


def test_undo_and_redo_go_to_any_depth_and_a_new_step_forgets(desk):
    first = desk.step(SPLIT_ONE)
    second = desk.step({"kind": "rename", "code": THREE, "name": "east"})
    desk.post("undo")
    back = desk.post("undo").json()
    assert back["plan"]["undone"] == 2
    assert back["communities"] == []
    desk.refused("undo", None, 409, "nothing_to_step")
    assert desk.post("redo").json()["grids"] == first["grids"]
    assert desk.post("redo").json()["grids"] == second["grids"]
    desk.refused("redo", None, 409, "nothing_to_step")
    desk.post("undo")
    assert len(desk.step(MERGE)["plan"]["operations"]) == 2


def test_published_it_is_a_revision_and_lookups_follow(desk, client, session):
    desk.step(SPLIT_ONE)
    desk.step({"kind": "rename", "code": THREE, "name": "东半"})
    answer = desk.post("publish", {"title": "Split <b>one</b>"})
    assert answer.status_code == 201, answer.text
    assert answer.json() | {"number": 2, "title": "Split <b>one</b>", "author": "chen"} == (
        answer.json()
    )
    assert set(in_force(session)) == {ONE, TWO, THREE, SECOND + "001", SECOND + "002"}
    told = client.get("/v1/revisions/2").json()
    assert told["communities"] == [FIRST]
    assert {one["to_code"] for one in told["lineage"]} == {ONE, THREE}
    assert desk.get()["status"] == "published"
    assert desk.get()["revision"] == 2
    desk.refused("operations", MERGE, 409, "not_a_draft", version=desk.get()["version"])
    [written] = session.execute(select(Plan.status, Plan.revision)).all()
    assert tuple(written) == ("published", 2)


def test_the_same_key_publishes_once(desk, session):
    desk.step(SPLIT_ONE)
    key = {"Idempotency-Key": "k1"}
    first, again = (desk.post("publish", **key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert session.scalar(select(func.count()).select_from(Revision)) == 2
    other = Desk(desk.http)
    other.step({"kind": "rename", "code": TWO, "name": "x"})
    other.refused("publish", None, 409, "key_used", **key)


def test_a_plan_can_be_published_for_later(desk, client):
    desk.step(MERGE)
    made = desk.post("publish", {"at": "2099-01-01T00:00:00+08:00"}).json()
    assert datetime.datetime.fromisoformat(made["effective_at"]).year == 2099
    lon, lat = place(15, 5)
    assert client.get("/v1/grids/" + TWO).json()["properties"]["in_force_to"] is not None
    assert client.get("/v1/lookup", params={"lon": lon, "lat": lat}).json()["grid"]["code"] == TWO


def test_who_published_first_wins_and_the_other_rebases(desk, client, session):
    other = Desk(client, "wang")
    desk.step(SPLIT_ONE)
    desk.step({"kind": "rename", "code": THREE, "name": "mine"})
    other.step({"kind": "split", "code": TWO, "line": line((15, -1), (15, 11))})
    assert other.post("publish").status_code == 201
    told = desk.refused("publish", None, 409, "plan_outdated")
    assert FIRST in told["detail"]
    assert "wang" in told["detail"]
    rebased = desk.post("rebase").json()
    assert rebased["dropped"] == []
    names = {
        grid["properties"]["code"]: grid["properties"]["name"]
        for grid in rebased["grids"]["features"]
    }
    # wang's grid has the code that the plan had given, so the plan's follow with another.
    assert names == {ONE: None, TWO: None, THREE: None, FIRST + "004": "mine"}
    assert desk.post("publish").status_code == 201
    assert len(in_force(session)) == 6


def test_a_rebase_drops_what_no_longer_applies_and_says_why(desk, client):
    other = Desk(client, "wang")
    desk.step(SPLIT_ONE)
    desk.step({"kind": "rename", "code": THREE, "name": "of the split"})
    desk.step({"kind": "rename", "code": ONE, "name": "first"})
    other.step({"kind": "merge", "codes": [ONE, TWO], "into": FIRST + "009"})
    assert other.post("publish").status_code == 201
    rebased = desk.post("rebase").json()
    assert [one["number"] for one in rebased["dropped"]] == [1, 2, 3]
    assert ONE in rebased["dropped"][0]["why"]
    assert "no longer applies" in rebased["dropped"][1]["why"]
    assert desk.plan["operations"] == []


def test_after_a_rebase_steps_follow_their_grid_by_its_ground(desk, client):
    """All get fresh codes; wang's split shifts them by one, yet the name stays on its ground."""
    other = Desk(client, "wang")
    renumbered = desk.step({"kind": "renumber", "community": FIRST})["grids"]["features"]
    east = max(renumbered, key=lambda grid: shapely.geometry.shape(grid["geometry"]).bounds[2])
    code = east["properties"]["code"]
    desk.step({"kind": "rename", "code": code, "name": "east"})
    other.step(SPLIT_ONE)
    assert other.post("publish").status_code == 201
    rebased = desk.post("rebase").json()
    assert rebased["dropped"] == []
    [named] = [one for one in rebased["grids"]["features"] if one["properties"]["name"] == "east"]
    assert named["properties"]["code"] != code
    assert shapely.geometry.shape(named["geometry"]).equals(
        shapely.geometry.shape(east["geometry"])
    )


def test_after_a_rebase_imported_grids_keep_to_the_plans_own_codes(desk, client):
    """The plan's 003 becomes 004, since wang has taken 003 meanwhile in the same community."""
    other = Desk(client, "wang")
    drawn = desk.step(SPLIT_ONE)["grids"]["features"]
    grids = [{"code": grid["properties"]["code"], "geometry": grid["geometry"]} for grid in drawn]
    desk.step({"kind": "import", "community": FIRST, "grids": grids})
    other.step({"kind": "rename", "code": TWO, "name": "x"})
    other.step({"kind": "split", "code": TWO, "line": line((15, -1), (15, 11))})
    assert other.post("publish").status_code == 201
    rebased = desk.post("rebase").json()
    [step] = [one["body"] for one in rebased["plan"]["operations"] if one["kind"] == "import"]
    assert {grid["code"] for grid in step["grids"]} == {ONE, TWO, FIRST + "004"}


def test_communities_that_others_left_alone_are_no_conflict(desk, client):
    other = Desk(client, "wang")
    desk.step(SPLIT_ONE)
    other.step({"kind": "merge", "codes": [SECOND + "001", SECOND + "002"]})
    assert other.post("publish").status_code == 201
    assert desk.post("publish").status_code == 201


def test_the_impact_counts_what_changes_grid(desk, session):
    session.add(Issue(ref="I2", category="x", reported_at=func.now(), status="open",
                      geom=f"SRID=4326;POINT({place(12, 5)[0]} {place(12, 5)[1]})"))  # fmt: skip
    session.commit()
    desk.step({"kind": "merge", "codes": [ONE, TWO]})
    impact = desk.get("impact")
    assert impact["total"] == {"buildings": 1, "households": 30, "open_issues": 1}
    [move] = impact["moves"]
    assert (move["from_code"], move["to_code"]) == (TWO, ONE)
    assert impact["spread_before"]["buildings"] == [1, 1, 2]
    assert impact["spread_after"] == {
        "grids": 1, "buildings": [3, 3, 3], "households": [60, 60, 60]
    }  # fmt: skip
    gone = next(grid for grid in impact["grids"] if grid["code"] == TWO)
    assert gone["after"] is None


def test_the_diff_has_each_grid_before_and_after(desk):
    desk.step(MERGE)
    kinds = {change["code"]: change["kinds"] for change in desk.get("diff")["changes"]}
    assert kinds == {ONE: ["redrawn"], TWO: ["removed"]}


def test_findings_come_with_limits_of_the_smallest_area(desk, client):
    wang = signed_in(client, "wang")
    for area, most in (("230403", 100), (FIRST, 1)):
        said = wang.post("/v1/limits", params={"area": area}, json={"most_buildings": most})
        assert said.status_code == 200, said.text
    desk.step({"kind": "rename", "code": ONE, "name": "x"})
    found = {one["kind"]: one for one in desk.get("findings")}
    assert found["grid_too_large"]["codes"] == [ONE]
    assert found["grid_too_large"]["size"] == 2
    assert found["grid_too_large"]["geometry"]["type"] == "Polygon"
    assert client.get("/v1/limits").json()[0]["most_buildings"] == 100
    crossed = {"least_buildings": 5, "most_buildings": 1}
    answer = wang.post("/v1/limits", params={"area": FIRST}, json=crossed)
    assert (answer.status_code, answer.json()["code"]) == (422, "limits_crossed")


def test_grids_of_an_area_the_plan_does_not_touch_are_as_in_force(desk):
    desk.step(MERGE)
    drawn = desk.get("grids", area=SECOND)["features"]
    assert [grid["properties"]["code"] for grid in drawn] == [SECOND + "001", SECOND + "002"]
    assert [grid["properties"]["code"] for grid in desk.get("grids")["features"]] == [ONE]


def test_comments_are_kept_in_order_with_their_markup_as_text(desk, client):
    Desk(client, "wang", desk.plan["id"]).post("comments", {"text": "<b>why</b>?"})
    desk.post("comments", {"text": "because"})
    told = desk.get("comments")
    assert [(one["made_by"], one["text"]) for one in told] == [
        ("wang", "<b>why</b>?"), ("chen", "because")
    ]  # fmt: skip


def test_two_tabs_cannot_overwrite_each_other(desk):
    stale = desk.plan["version"]
    desk.step(SPLIT_ONE)
    desk.refused("operations", MERGE, 412, "plan_changed", version=stale)
    desk.refused("publish", None, 412, "plan_changed", version=stale)
    answer = desk.http.post(f"{desk.path}/undo")
    assert (answer.status_code, answer.json()["code"]) == (428, "version_missing")
    answer = desk.http.post(f"{desk.path}/undo", headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_version")


def test_somebody_elses_plan_is_only_read(desk, client):
    wang = Desk(client, "wang", desk.plan["id"])
    wang.refused("operations", MERGE, 403, "not_your_plan")
    wang.refused("discard", None, 403, "not_your_plan")
    wang.refused("publish", None, 403, "not_your_plan")
    assert Desk(client, "admin", desk.plan["id"]).post("discard").status_code == 200


def test_a_community_out_of_reach_is_not_redrawn(client, district, session, accounts):
    accounts["chen"].reach = SECOND
    session.commit()
    desk = Desk(client)
    desk.refused("operations", MERGE, 403, "out_of_reach")
    accounts["chen"].reach = FIRST
    session.commit()
    desk.step(MERGE)
    accounts["chen"].reach = SECOND
    session.commit()
    desk.refused("publish", None, 403, "out_of_reach")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "split", "code": ONE, "line": line((50, 50), (60, 60))}, 422, "bad_cut"),
        ({"kind": "split", "code": ONE, "line": line((5, -1), (5, 5))}, 422, "bad_cut"),
        ({"kind": "split", "code": ONE, "line": line((-1, 5), (5, 5), (-1, 7), (11, 8))}, 422, "bad_cut"),  # noqa: E501
        ({"kind": "merge", "codes": [ONE, SECOND + "002"]}, 422, "communities_apart"),
        ({"kind": "merge", "codes": [ONE]}, 422, "grids_apart"),
        ({"kind": "merge", "codes": [ONE, THREE]}, 404, "grid_not_in_partition"),
        ({"kind": "rename", "code": "999", "name": "x"}, 404, "community_unknown"),
        ({"kind": "fly"}, 422, "bad_operation"),
        ({}, 422, "bad_operation"),
        ({"kind": "split", "code": ONE, "line": {"type": "Point", "coordinates": [1, 2]}}, 422, "bad_operation"),  # noqa: E501
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_is_refused_with_what_to_do(desk, body, status, code):
    desk.refused("operations", body, status, code)


def test_a_plan_that_changes_nothing_is_not_published(desk):
    desk.refused("publish", None, 422, "plan_empty")
    desk.step({"kind": "rename", "code": ONE, "name": "x"})
    desk.step({"kind": "rename", "code": ONE, "name": None})
    desk.refused("publish", None, 422, "plan_empty")


def test_grids_that_do_not_tile_their_community_block_the_plan(desk, session):
    """The outline of the community grew, so its grids leave a gap that no step made."""
    session.execute(
        Plan.__table__.metadata.tables["area"]
        .update()
        .where(Plan.__table__.metadata.tables["area"].c.code == FIRST)
        .values(geom=func.ST_Multi(func.ST_MakeEnvelope(129.99, 47, 130.02, 47.01, 4326)))
    )
    session.commit()
    desk.step(MERGE)
    assert [one["kind"] for one in desk.get("findings") if one["is_error"]] == ["grid_gap"]
    told = desk.refused("publish", None, 422, "plan_blocked")
    assert "grid_gap" in told["detail"]


def test_an_unknown_plan_is_not_found(client, district):
    answer = signed_in(client, "chen").get("/v1/plans/999")
    assert (answer.status_code, answer.json()["code"]) == (404, "plan_unknown")


def test_plans_are_listed_by_area_author_and_status_page_by_page(desk, client):
    wang = Desk(client, "wang")
    wang.step({"kind": "merge", "codes": [SECOND + "001", SECOND + "002"]})
    desk.step(MERGE)

    def listed(**query) -> list[int]:
        told = desk.http.get("/v1/plans", params=query)
        assert told.status_code == 200, told.text
        return [plan["id"] for plan in told.json()["plans"]]

    mine, theirs = desk.plan["id"], wang.plan["id"]
    assert listed() == [theirs, mine]
    assert listed(area=FIRST) == [mine]
    assert listed(author="wang") == [theirs]
    desk.post("undo")
    assert listed(area=FIRST) == []
    desk.post("discard")
    assert listed(status="discarded") == [mine]
    first = desk.http.get("/v1/plans", params={"limit": 1}).json()
    assert [plan["id"] for plan in first["plans"]] == [theirs]
    assert [plan["id"] for plan in desk.http.get(first["links"][0]["href"]).json()["plans"]] == [
        mine
    ]


def test_a_reversal_beside_a_plan_is_a_conflict_too(desk, client, session):
    merge_at_once(session)
    late = Desk(client)
    late.step({"kind": "rename", "code": THREE, "name": "x"})
    assert signed_in(client, "wang").post("/v1/revisions/2/revert").status_code == 201
    late.refused("publish", None, 409, "plan_outdated")


def test_a_large_body_is_refused_before_it_is_read(desk):
    big = {"kind": "rename", "code": ONE, "name": "x" * 9_000_000}
    told = desk.refused("operations", big, 413, "too_large")
    assert "GRIDWARD_BODY_MEGABYTES" in told["hint"]
    assert len(json.dumps(told)) < 2000


def test_a_large_body_of_unknown_length_is_refused_as_it_comes(desk):
    parts = (b" " * 1_000_000 for _ in range(20))
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}
    answer = desk.http.post(f"{desk.path}/operations", content=parts, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert desk.get()["version"] == 1
