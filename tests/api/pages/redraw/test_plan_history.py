"""A plan on the redraw table: undo, versions, publication, rebase."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.api.pages.redraw.town_table import COMMUNITY, TownTable
from tests.redraw_service import TownService

CITY = ZoneInfo("Asia/Shanghai")
"""The browser of the tests is in UTC."""

pytestmark = pytest.mark.browser


def test_undo_and_redo_work_and_a_reload_restores_the_plan(open_table, table: TownTable):
    table.row("003").get_by_role("button", name="Rename grid 003").click()
    table.page.get_by_label("New name").fill("<img src=x onerror=alert(1)>")
    table.page.keyboard.press("Enter")
    expect(table.row("003")).to_contain_text("<img src=x")
    table.page.keyboard.press("Control+z")
    expect(table.row("003")).not_to_contain_text("<img")
    table.page.keyboard.press("Control+Shift+Z")
    expect(table.row("003")).to_contain_text("<img src=x")
    table.page.keyboard.press("Control+z")
    expect(table.row("003")).not_to_contain_text("<img")
    table.page.keyboard.press("Control+y")
    expect(table.row("003")).to_contain_text("<img src=x")
    table.page.reload()
    table.row("003").wait_for()
    swatches = table.page.locator("tbody .swatch").evaluate_all(
        "(found) => found.map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert len(set(swatches)) == 4
    assert "rgba(0, 0, 0, 0)" not in swatches
    assert "<img src=x" in table.row("003").inner_text()
    assert table.page.locator("img[src=x]").count() == 0
    assert table.page.get_by_role("button", name="Undo (1)").is_enabled()
    assert table.open_tab("Steps").locator("li").count() == 1


def test_a_second_tab_loads_the_latest_version_and_repeats_its_step(
    open_table, table: TownTable, town: TownService
):
    other = open_table()
    other.open_community()
    table.rename("001", "First")
    other.rename("002", "Second")
    expect(other.page.get_by_role("dialog")).to_contain_text("Nothing was overwritten")
    other.browser_page.errors.clear()  # the browser reports the 412 itself
    other.page.get_by_role("button", name="Load latest version and repeat my step").click()
    expect(other.row("002")).to_contain_text("Second")
    expect(other.row("001")).to_contain_text("First")
    assert [step["name"] for step in town.operations(1)] == ["First", "Second"]


def test_a_published_plan_is_read_only(table: TownTable, town: TownService):
    table.rename("001", "First")
    table.page.get_by_role("button", name="Publish").click()
    table.page.get_by_role("dialog").get_by_label("Title").fill("Names")
    table.page.keyboard.press("Enter")
    expect(table.page.locator("#said")).to_contain_text("Published as revision 2")
    assert town.request("chen", "GET", f"/v1/grids/{COMMUNITY}001")["properties"]["name"] == "First"
    assert table.page.get_by_role("button", name="Publish").count() == 0
    assert table.page.get_by_role("button", name="Split").is_disabled()


def test_an_outdated_plan_is_rebased_and_lists_steps_that_no_longer_apply(
    table: TownTable, town: TownService
):
    table.rename("001", "First")
    expect(table.row("001")).to_contain_text("First")
    table.rename("004", "Fourth")
    expect(table.row("004")).to_contain_text("Fourth")
    theirs = town.create_plan("Merge", "wang")
    merge = {"kind": "merge", "codes": [f"{COMMUNITY}003", f"{COMMUNITY}004"]}
    town.post("wang", theirs, "operations", merge)
    town.post("wang", theirs, "publish", {})
    table.page.get_by_role("button", name="Publish").click()
    table.page.keyboard.press("Enter")
    dialog = table.page.get_by_role("dialog", name="The grids in force have changed")
    expect(dialog).to_contain_text(f"others changed community {COMMUNITY} by wang in revision 2")
    table.browser_page.errors.clear()  # the browser reports the 409 itself
    dialog.get_by_role("button", name="Reapply steps").click()
    report = table.page.get_by_role("dialog", name="Some steps no longer apply")
    expect(report).to_contain_text("2. Rename 004: Fourth")
    expect(report).to_contain_text(f"has no grid {COMMUNITY}004")
    table.page.keyboard.press("Enter")
    expect(table.row("001")).to_contain_text("First")
    assert table.row("004").count() == 0


@pytest.mark.long
def test_the_plan_of_another_author_is_read_only(open_table, town: TownService):
    town.create_plan("Theirs", "wang")
    table = open_table("/redraw/2")
    table.open_community()
    assert table.page.get_by_role("button", name="Paint buildings").is_disabled()
    assert table.page.get_by_role("button", name="Publish").count() == 0
    table.page.keyboard.press("b")
    assert (
        table.page.get_by_role("button", name="Select", exact=True).get_attribute("aria-pressed")
        == "true"
    )


def as_shown(timestamp: str) -> str:
    """Return a timestamp as the pages show it: 1 May 2024, 08:05."""
    return f"{datetime.datetime.fromisoformat(timestamp).astimezone(CITY):%-d %b %Y, %H:%M}"


def test_times_are_those_of_the_city_on_the_plan_and_in_the_list(
    table: TownTable, town: TownService
):
    table.rename("001", "First")
    expect(table.row("001")).to_contain_text("First")
    [step] = town.plan(1)["operations"]
    expect(table.open_tab("Steps").locator("li")).to_contain_text(as_shown(step["created_at"]))
    table.page.goto(f"{town.home}/redraw")
    [plan] = town.request("chen", "GET", "/v1/plans")["plans"]
    expect(table.page.locator("tbody tr")).to_contain_text(as_shown(plan["changed_at"]))


def test_a_plan_comes_into_force_at_the_time_of_the_city(table: TownTable, town: TownService):
    table.rename("001", "First")
    expect(table.row("001")).to_contain_text("First")
    tomorrow = datetime.datetime.now(CITY).date() + datetime.timedelta(days=1)
    table.page.get_by_role("button", name="Publish").click()
    dialog = table.page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Names")
    dialog.get_by_label("In force from (city time, Asia/Shanghai").fill(f"{tomorrow}T08:30")
    dialog.get_by_role("button", name="Publish").click()
    expect(table.page.locator("#said")).to_contain_text(f"{tomorrow:%-d %b %Y}, 08:30")
    revision = town.request("chen", "GET", "/v1/revisions/2")
    effective_at = datetime.datetime.fromisoformat(revision["effective_at"])
    assert effective_at.astimezone(CITY).replace(tzinfo=None) == datetime.datetime.combine(
        tomorrow, datetime.time(8, 30)
    )
    table.page.goto(f"{town.home}/redraw/1/notice")
    expect(table.page.locator("dl")).to_contain_text("08:30")
