"""The panels of the redraw table, the list of plans and the change notice."""

import pytest
from playwright.sync_api import expect

from tests.api.pages.redraw.town_table import COMMUNITY, TownTable, at
from tests.redraw_service import TownService

pytestmark = pytest.mark.browser


def test_the_panels_show_the_impact_and_the_comments(table: TownTable, town: TownService):
    table.choose_tool("Merge")
    table.click(0.5, 0.5)
    table.click(1.5, 0.5)
    table.page.keyboard.press("Enter")
    table.row("002").wait_for(state="detached")
    impact = table.open_tab("Impact")
    expect(impact).to_contain_text("002 → 001")
    assert impact.locator("dd").first.inner_text() == "6"
    comments = table.open_tab("Comments")
    comments.get_by_label("Your comment").fill("<i>The school</i> stays.")
    comments.get_by_role("button", name="Add comment").click()
    expect(comments.locator("li")).to_contain_text("<i>The school</i> stays.")


def test_findings_are_listed_before_the_first_step_and_lead_to_their_location(
    open_table, town: TownService
):
    path = f"/v1/limits?area={COMMUNITY}"
    town.request("chen", "POST", path, json={"most_buildings": 5})
    table = open_table()
    table.open_community()
    findings = table.open_tab("Findings")
    expect(findings.locator("li")).to_have_count(4)  # each grid has six buildings
    first = findings.locator("li").first
    expect(first).to_contain_text("001 · 6 buildings, at most 5 · was there before")
    findings.get_by_role("button", name="Warning Grid is too large 004").click()
    lon = table.page.evaluate("() => Object.values(Gridward.layers)[0]._map.getCenter().lng")
    assert at(3, 0)[0] < lon < at(4, 0)[0]
    table.browser_page.set_view(*at(2, 0.5), 15.5)
    table.choose_tool("Merge")
    table.click(0.5, 0.5)
    table.click(1.5, 0.5)
    table.page.keyboard.press("Enter")
    table.row("002").wait_for(state="detached")
    expect(findings.locator("li")).to_have_count(3)
    merged, *untouched = findings.locator("small").all_inner_texts()
    assert merged == "001 · 12 buildings, at most 5"
    assert all("was there before" in text for text in untouched)


@pytest.mark.long
def test_the_borders_in_force_are_shown_while_the_key_is_pressed(table: TownTable):
    count = """() => Object.values(Object.values(Gridward.layers)[0]._map._layers)
      .filter((layer) => layer.options.dashArray === "7 6").length"""
    table.page.keyboard.down("c")
    assert table.page.evaluate(count) >= 4
    table.page.keyboard.up("c")
    assert table.page.evaluate(count) == 0
    table.choose_tool("Grids in force")
    assert table.page.evaluate(count) >= 4


@pytest.mark.parametrize("width", [390, 1366])
def test_the_notice_wraps_no_code_and_no_number_on_any_screen(
    town: TownService, browser, width: int
):
    town.create_plan("Names", "chen")
    town.post(
        "chen", 1, "operations", {"kind": "rename", "code": f"{COMMUNITY}001", "name": "East"}
    )
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.add_cookies([town.cookie("chen")])
    page = context.new_page()
    page.goto(f"{town.home}/redraw/1/notice")
    lines = page.locator("tbody th, thead th, td.n").evaluate_all(
        """(cells) => cells.map((one) => {
          const text = document.createRange();
          text.selectNodeContents(one);
          return text.getClientRects().length;
        })"""
    )
    assert lines
    assert max(lines) == 1
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.long
def test_a_phone_shows_that_a_larger_screen_is_required(open_table):
    table = open_table(size=(390, 844))
    assert table.page.get_by_text("Redrawing needs a larger screen.").is_visible()
    assert not table.page.locator("main").is_visible()


def test_the_list_shows_every_plan_and_creates_another(town: TownService, browser):
    town.create_plan("South-west: <b>split</b>", "chen")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{town.home}/redraw?lang=en")
    page.get_by_label("Account").wait_for()  # not signed in yet
    context.add_cookies([town.cookie("chen")])
    page.goto(f"{town.home}/redraw?lang=en")
    page.get_by_role("link", name="South-west: <b>split</b>").wait_for()
    page.get_by_label("New plan title").fill("Another")
    page.get_by_role("button", name="Create plan").click()
    page.wait_for_url("**/redraw/2?lang=en")
    assert town.plan(2)["title"] == "Another"
    context.close()


@pytest.mark.long
def test_a_step_is_rendered_within_300_ms(table: TownTable):
    for turn in range(9):
        table.rename("001", f"Name {turn}")
        expect(table.row("001")).to_contain_text(f"Name {turn}")
    table.page.wait_for_function("() => performance.getEntriesByName('operation').length === 9")
    durations = table.page.evaluate(
        "() => performance.getEntriesByName('operation').map((entry) => entry.duration)"
    )
    assert sorted(durations)[4] < 300, durations
