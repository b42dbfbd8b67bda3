"""What the redraw table offers to accounts that may not change everything."""

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from geo.accounts import accounts
from geo.models import Role
from tests.api.pages.redraw.town_table import COMMUNITY, TownTable
from tests.redraw_service import TownService

pytestmark = pytest.mark.browser

ELSEWHERE = "230402"


def add_account(town: TownService, login: str, role: Role, reach: str | None = None) -> None:
    with Session(town.engine) as session, session.begin():
        accounts.add(session, login, role, reach=reach)


def test_a_viewer_is_offered_nothing_that_changes_a_plan(town: TownService, open_table):
    add_account(town, "lin", Role.VIEWER)
    table = open_table(cookies=[town.cookie("lin")])
    table.open_community()
    tools = table.page.get_by_role("group", name="Tools").get_by_role("button")
    assert tools.all_inner_texts() == ["Select"]
    for name in ("Undo", "Publish", "Discard"):
        assert table.page.get_by_role("button", name=name).count() == 0
    comments = table.open_tab("Comments")
    expect(comments).to_contain_text("No comments yet.")
    assert comments.get_by_role("button").count() == 0
    table.page.goto(f"{town.home}/redraw")
    table.page.get_by_role("link", name="South-west").wait_for()
    assert not table.page.get_by_role("button", name="Create plan").is_visible()


def test_a_community_out_of_reach_can_be_viewed_only(town: TownService, open_table):
    add_account(town, "li", Role.COORDINATOR, reach=ELSEWHERE)
    number = town.create_plan("Theirs", "li")
    table = open_table(f"/redraw/{number}", cookies=[town.cookie("li")])
    assert table.page.get_by_role("button", name="Split").is_enabled()
    table.open_community()
    expect(table.page.locator("#tab-grids h2")).to_contain_text("view only")
    expect(table.page.locator("#hint")).to_contain_text(f"li may change only {ELSEWHERE}")
    assert table.page.get_by_role("button", name="Split").is_disabled()
    assert table.row("001").get_by_role("button", name="Rename grid 001").is_disabled()
    table.page.get_by_role("button", name="Close community").click()
    expect(table.page.get_by_role("button", name="Split")).to_be_enabled()


def test_a_published_plan_is_reverted_after_a_confirmation(table: TownTable, town: TownService):
    table.rename("001", "First")
    expect(table.row("001")).to_contain_text("First")
    table.page.get_by_role("button", name="Publish").click()
    table.page.keyboard.press("Enter")
    expect(table.page.locator("#said")).to_contain_text("Published as revision 2")
    table.page.get_by_role("button", name="Revert").click()
    dialog = table.page.get_by_role("dialog")
    expect(dialog).to_contain_text("as they were before revision 2")
    dialog.get_by_role("button", name="Revert", exact=True).click()
    expect(table.page.locator("#said")).to_contain_text("Reverted as revision 3, in force from")
    grid = town.request("chen", "GET", f"/v1/grids/{COMMUNITY}001")
    assert grid["properties"]["name"] != "First"
    assert table.page.get_by_role("button", name="Revert").count() == 0


def test_a_plan_published_for_others_is_not_offered_for_revert(town: TownService, open_table):
    rename = {"kind": "rename", "code": f"{COMMUNITY}001", "name": "First"}
    number = town.create_plan("Names", "wang")
    town.post("wang", number, "operations", rename)
    town.post("wang", number, "publish", {})
    add_account(town, "li", Role.COORDINATOR, reach=ELSEWHERE)
    table = open_table(f"/redraw/{number}", cookies=[town.cookie("li")])
    table.row("001").wait_for()
    assert table.page.get_by_role("button", name="Revert").count() == 0
