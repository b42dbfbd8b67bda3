"""The tools of the redraw table: split, move border, paint, lock, merge."""

import pytest
from playwright.sync_api import expect

from tests.api.pages.redraw.town_table import COMMUNITY, TownTable, at
from tests.redraw_service import TownService

pytestmark = pytest.mark.browser


def test_a_line_across_a_selected_grid_splits_it(table: TownTable, town: TownService):
    table.choose_tool("Split")
    table.click(0.5, 0.05)
    table.draw_line((-0.02, 0.5), (1.02, 0.5))
    table.row("005").wait_for()
    assert table.counts("001")[0] == table.counts("005")[0] == "3"
    body = town.operations(1)[0]
    assert (body["kind"], body["code"]) == ("split", f"{COMMUNITY}001")
    assert len(body["line"]["coordinates"]) == 2


def test_a_line_between_two_grids_moves_their_border(table: TownTable, town: TownService):
    table.choose_tool("Move border")
    table.click(0.5, 0.05)
    table.click(1.5, 0.05)
    table.draw_line((1, -0.02), (1, 0.5), (0.08, 0.55), (0.08, 1.02))
    expect(table.row("001").locator("td.n").first).to_contain_text("−3")
    assert town.operations(1)[0]["codes"] == [
        f"{COMMUNITY}001",
        f"{COMMUNITY}002",
    ]


def test_a_line_from_one_point_of_a_border_to_another_moves_that_stretch(
    table: TownTable, town: TownService
):
    table.choose_tool("Move border")
    table.click(0.5, 0.05)
    table.click(1.5, 0.05)
    table.draw_line((0.98, 0.3), (1.9, 0.35), (1.9, 0.65), (0.98, 0.7))  # over the border at 1
    expect(table.row("001").locator("td.n").first).to_contain_text("+")
    grids = town.request("chen", "GET", "/v1/plans/1/grids")["features"]
    west = next(one for one in grids if one["properties"]["code"] == f"{COMMUNITY}001")
    corners = {round(lon, 6) for lon, _ in west["geometry"]["coordinates"][0]}
    assert {round(at(1, 0)[0], 6), round(at(1.9, 0)[0], 6)} & corners


def test_painting_over_two_buildings_is_one_transfer(table: TownTable, town: TownService):
    table.page.keyboard.press("b")
    table.click(0.5, 0.01)
    start, end = (table.position(1.5, part) for part in (0.08, 0.28))
    table.page.mouse.move(*start)
    table.page.mouse.down()
    table.page.mouse.move(*end, steps=3)
    table.page.mouse.up()
    expect(table.row("001").locator("td.n").first).to_contain_text("+2")
    (step,) = town.operations(1)
    assert step["to"] == f"{COMMUNITY}001"
    assert len(step["buildings"]) == 2


@pytest.mark.long
def test_dragging_with_the_space_key_pans_the_map_and_paints_nothing(
    table: TownTable, town: TownService
):
    table.page.keyboard.press("b")
    table.click(0.5, 0.5)
    before = table.position(1.5, 0.08)
    table.page.keyboard.down("Space")
    table.page.mouse.move(*before)
    table.page.mouse.down()
    table.page.mouse.move(before[0] + 80, before[1] - 60, steps=4)
    table.page.mouse.up()
    table.page.keyboard.up("Space")
    table.page.wait_for_function(
        "() => !Object.values(Gridward.layers)[0]._map._panAnim?._inProgress"
    )
    after = table.position(1.5, 0.08)
    assert after[0] - before[0] == pytest.approx(80, abs=20)
    assert not town.operations(1)
    table.page.mouse.move(*after)
    table.page.mouse.down()
    table.page.mouse.up()
    expect(table.row("001").locator("td.n").first).to_contain_text("+1")


@pytest.mark.long
def test_buildings_of_a_locked_grid_are_not_painted(table: TownTable, town: TownService):
    table.row("002").get_by_role("button", name="Lock grid 002").click()
    table.choose_tool("Paint buildings")
    table.row("001").locator(".pick").click()
    table.click(1.5, 0.08)
    table.row("002").get_by_role("button", name="Lock grid 002").click()
    table.click(1.5, 0.25)
    expect(table.row("001").locator("td.n").first).to_contain_text("+1")
    assert [len(step["buildings"]) for step in town.operations(1)] == [1]
    table.row("001").get_by_role("button", name="Lock grid 001").click()
    table.choose_tool("Split")
    table.draw_line((-0.02, 0.5), (1.02, 0.5))
    expect(table.page.locator("#said")).to_contain_text("Grid 001 is locked.")


def test_selected_grids_are_merged(table: TownTable):
    table.choose_tool("Merge")
    table.click(0.5, 0.5)
    table.click(1.5, 0.5)
    table.page.get_by_role("button", name="Merge 2 grids").click()
    expect(table.row("001").locator("td.n").first).to_contain_text("+6")
    expect(table.page.locator("tr.gone")).to_contain_text("002")


@pytest.mark.long
def test_a_rejected_line_stays_with_a_hint(table: TownTable, town: TownService):
    table.choose_tool("Split")
    table.click(0.5, 0.05)
    table.draw_line((0.2, 0.4), (0.6, 0.4))
    expect(table.page.locator("#said")).to_contain_text("Extend both ends across the border")
    assert not town.operations(1)
    table.browser_page.errors.clear()  # the browser reports the 422 itself
    table.page.keyboard.press("Backspace")
    assert table.page.evaluate("() => document.querySelectorAll('#hint button').length") == 1
    table.page.keyboard.press("Escape")
    table.page.keyboard.press("Escape")
    assert table.page.locator("#hint button").count() == 0


def test_the_keyboard_alone_splits_and_paints(table: TownTable, town: TownService):
    page = table.page
    table.row("001").locator(".pick").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert table.row("002").locator(".pick").get_attribute("aria-pressed") == "true"
    page.keyboard.press("b")
    page.locator(".leaflet-container").focus()
    table.move_cursor_to(2.5, 0.41)
    page.keyboard.press("Space")
    expect(table.row("002").locator("td.n").first).to_contain_text("+1")
    page.keyboard.press("Control+z")
    expect(table.row("002").locator("td.n").first).not_to_contain_text("+1")
    page.keyboard.press("s")
    for grids, part in ((0.9, 0.5), (2.1, 0.5)):
        table.move_cursor_to(grids, part)
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    table.row("005").wait_for()
