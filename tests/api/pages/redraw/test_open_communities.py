"""Locked grids, and communities that are opened and closed, on the redraw table."""

import pytest
from playwright.sync_api import expect

from tests.api.pages.redraw.town_table import TownTable

pytestmark = pytest.mark.browser

NEXT = (5, 0.5)
"""A location in the community to the east."""


def test_a_locked_grid_says_so_and_stays_locked_after_a_reload(table: TownTable):
    table.row("002").get_by_role("button", name="Lock grid 002").click()
    expect(table.row("002")).to_contain_text("locked")
    table.page.reload()
    table.page.locator("html[data-ready]").wait_for()
    table.open_community()
    lock = table.row("002").get_by_role("button", name="Lock grid 002")
    assert lock.get_attribute("aria-pressed") == "true"
    expect(table.page.locator(".grid-mark", has_text="locked")).to_contain_text("002")
    table.row("002").locator(".pick").click()
    expect(table.page.locator("#hint")).to_contain_text("Grid 002 is locked")
    lock.click()
    expect(table.page.locator("#hint")).not_to_contain_text("locked")
    table.page.reload()
    table.page.locator("html[data-ready]").wait_for()
    table.open_community()
    expect(table.row("002")).not_to_contain_text("locked")


@pytest.mark.parametrize("tool", ["Paint buildings", "Split", "Merge"])
def test_a_stray_click_opens_no_community_while_another_tool_is_active(table: TownTable, tool: str):
    headings = table.page.locator("#tab-grids h2")
    table.choose_tool(tool)
    table.click(*NEXT)
    expect(table.page.locator("#said")).to_contain_text("outside the open communities")
    assert headings.count() == 1
    table.choose_tool("Select")
    expect(table.page.locator("#said")).to_be_hidden()
    table.click(*NEXT)
    expect(headings).to_have_count(2)


def test_a_community_is_closed_unless_the_plan_changes_it(table: TownTable):
    table.click(*NEXT)
    headings = table.page.locator("#tab-grids h2")
    expect(headings).to_have_count(2)
    table.rename("001", "First")
    expect(headings.filter(has_text="changed")).to_have_count(1)
    closing = table.page.get_by_role("button", name="Close community")
    closing.click()
    expect(headings).to_have_count(1)
    expect(table.row("001")).to_contain_text("First")
    assert closing.count() == 0
    table.click(*NEXT)
    expect(headings).to_have_count(2)
