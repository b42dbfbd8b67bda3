"""The day on a map page: the slider, the animation, the comparison of two days."""

import pytest
from playwright.sync_api import expect

from tests.browser import BrowserPage
from tests.sample_service import SCREENS, WEIMIN

pytestmark = pytest.mark.browser


def covered_buildings(shown: BrowserPage, code: str) -> int:
    """Buildings with a manager, as the row of a place says."""
    row = shown.page.locator(f"tbody tr[data-code='{code}']")
    cells = [text.replace(",", "") for text in row.locator("td.n").all_inner_texts()]
    return int(cells[0]) - int(cells[1])


@pytest.mark.parametrize("screen", SCREENS)
def test_keys_move_the_slider_and_the_figures_and_the_table_follow(open_page, screen: str):
    shown = open_page(screen=screen)
    row = shown.page.locator(f"tbody tr[data-code='{WEIMIN}'] .uncovered")
    expect(row).to_have_text("13")
    assert covered_buildings(shown, WEIMIN) == 21
    slider = shown.page.get_by_role("slider", name="Date shown")
    slider.focus()
    for _ in range(3):
        slider.press("PageDown")  # a year each
    expect(row).to_have_text("28")
    assert covered_buildings(shown, WEIMIN) == 6
    expect(shown.page.locator("#figures")).not_to_contain_text("86.0%")
    shown.wait_until_rendered()
    shade = shown.page.evaluate(
        """async (code) => {
          const map = Gridward.layers.shade._map;
          const seen = await Gridward.inView(map, "areas");
          return seen.find(({ props }) => props.code === code).props.covered;
        }""",
        WEIMIN,
    )
    assert shade == 6


def test_the_animation_advances_by_month_and_pauses(open_page):
    shown = open_page()
    shown.page.get_by_role("button", name="Play history").press("Enter")
    first = shown.page.evaluate("() => Gridward.state.on")
    shown.page.wait_for_function("(first) => Gridward.state.on > first", arg=first)
    shown.page.get_by_role("button", name="Pause").click()
    stopped = shown.page.evaluate("() => Gridward.state.on")
    shown.page.wait_for_timeout(900)
    assert shown.page.evaluate("() => Gridward.state.on") == stopped
    shown.page.get_by_role("button", name="Next month").click()
    assert shown.page.evaluate("() => Gridward.state.on") > stopped


@pytest.mark.parametrize("screen", SCREENS)
def test_two_days_are_compared_by_a_divider_and_a_table_of_changes(open_page, screen: str):
    shown = open_page(screen=screen)
    shown.page.get_by_role("button", name="Compare two dates").press("Enter")
    shown.page.get_by_label("Earlier date").fill("2024-01-01")
    shown.page.get_by_label("Earlier date").press("Tab")
    weimin = shown.page.locator(f"tbody tr[data-code='{WEIMIN}']")
    expect(weimin.locator(".gained")).to_have_text("15")
    expect(weimin.locator(".lost")).to_have_text("0")
    divider = shown.page.get_by_role("slider", name="Divider position")
    shown.wait_until_rendered()
    divider.press("End")
    past = shown.page.evaluate(
        """() => {
          const map = Gridward.layers.shade._map;
          return Gridward.layerAt(map, map.getCenter(), "shade").day();
        }"""
    )
    divider.press("Home")
    now = shown.page.evaluate(
        """() => {
          const map = Gridward.layers.shade._map;
          return Gridward.layerAt(map, map.getCenter(), "shade").day();
        }"""
    )
    assert (past, now) == ("2024-01-01", shown.page.evaluate("() => Gridward.config.on"))
    shown.page.get_by_role("button", name="Compare two dates").click()
    expect(divider).to_be_hidden()


def test_buildings_whose_coverage_changed_are_highlighted(open_page):
    shown = open_page("property-coverage#then=2024-01-01")
    shown.page.locator(f"tbody tr[data-code='{WEIMIN}']").click()
    shown.page.wait_for_function(
        "() => [...Gridward.changes.values()].filter((change) => change === 'gained').length >= 15"
    )
    expect(shown.page.locator(".legend")).to_contain_text("Gained")
    shown.page.get_by_role("button", name="Compare two dates").click()
    shown.page.wait_for_function("() => Gridward.changes.size === 0")
    expect(shown.page.locator(".legend")).not_to_contain_text("Gained")
