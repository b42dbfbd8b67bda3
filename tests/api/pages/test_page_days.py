"""The day on a map page: the slider, the animation, the comparison of two days."""

import pytest
from playwright.sync_api import expect

from tests.browser import BrowserPage
from tests.sample_service import SCREENS, WEIMIN

pytestmark = pytest.mark.browser


def covered_buildings(browser_page: BrowserPage, code: str) -> int:
    """Return the number of covered buildings in the row of an area."""
    row = browser_page.page.locator(f"tbody tr[data-code='{code}']")
    cells = [text.replace(",", "") for text in row.locator("td.n").all_inner_texts()]
    return int(cells[0]) - int(cells[1])


@pytest.mark.parametrize("screen", SCREENS)
def test_keys_move_the_slider_and_the_figures_and_the_table_follow(open_page, screen: str):
    browser_page = open_page(screen=screen)
    row = browser_page.page.locator(f"tbody tr[data-code='{WEIMIN}'] .uncovered")
    expect(row).to_have_text("13")
    assert covered_buildings(browser_page, WEIMIN) == 21
    slider = browser_page.page.get_by_role("slider", name="Date shown")
    slider.focus()
    for _ in range(3):
        slider.press("PageDown")  # a year each
    expect(row).to_have_text("28")
    assert covered_buildings(browser_page, WEIMIN) == 6
    expect(browser_page.page.locator("#figures")).not_to_contain_text("86.0%")
    browser_page.wait_until_rendered()
    covered = browser_page.page.evaluate(
        "(code) => Gridward.withFigures({code}, Gridward.state.on).covered", WEIMIN
    )
    assert covered == 6


def test_another_day_needs_no_other_tiles_of_areas(open_page):
    browser_page = open_page("property-coverage#level=community")
    browser_page.wait_until_rendered()
    requested: list[str] = []
    browser_page.page.on("request", lambda request: requested.append(request.url))
    for _ in range(3):
        browser_page.page.get_by_role("button", name="Previous month").click()
        browser_page.wait_until_rendered()
    assert any("/v1/property-coverage" in url for url in requested)
    assert not [url for url in requested if "/tiles/areas/" in url]
    requested.clear()
    browser_page.page.get_by_role("button", name="Next month").click()
    browser_page.wait_until_rendered()
    assert not [url for url in requested if "bbox=" in url], "its figures were kept"


def test_another_day_needs_no_request_for_buildings(open_page):
    browser_page = open_page("property-coverage#at=16/47.33/130.29")
    browser_page.wait_until_rendered()
    page = browser_page.page
    covered = """async () => (await Gridward.inView(Gridward.layers.buildings._map, "buildings"))
        .filter(({ props }) => props.manager_kind).map(({ props }) => props.code).sort()"""
    now = page.evaluate(covered)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    for _ in range(36):
        page.get_by_role("button", name="Previous month").click()
    browser_page.wait_until_rendered()
    assert page.evaluate("() => Gridward.state.on") < "2024"
    past = page.evaluate(covered)
    assert now
    assert past
    assert past != now
    assert not [url for url in requested if "/tiles/building" in url]


def test_a_map_without_figures_says_why_and_has_them_again_after_a_move(open_page):
    browser_page = open_page("property-coverage#level=community")
    browser_page.wait_until_rendered()
    page = browser_page.page
    page.route("**/v1/property-coverage?**", lambda route: route.abort())
    page.get_by_role("button", name="Previous month").click()
    expect(page.locator(".map-notes p:visible")).to_have_count(1)
    rate = "(code) => Gridward.withFigures({code}, Gridward.state.on).rate"
    assert page.evaluate(rate, WEIMIN) is None
    page.unroute("**/v1/property-coverage?**")
    page.get_by_role("button", name="Previous month").click()
    expect(page.locator(".map-notes p:visible")).to_have_count(0)
    browser_page.wait_until_rendered()
    assert page.evaluate(rate, WEIMIN) is not None
    browser_page.ignore_errors("net::ERR_FAILED")


def test_the_animation_advances_by_month_and_pauses(open_page):
    browser_page = open_page()
    browser_page.page.clock.install()
    browser_page.page.get_by_role("button", name="Play history").press("Enter")
    first = browser_page.page.evaluate("() => Gridward.state.on")
    browser_page.page.wait_for_function("(first) => Gridward.state.on > first", arg=first)
    browser_page.page.get_by_role("button", name="Pause").click()
    stopped = browser_page.page.evaluate("() => Gridward.state.on")
    browser_page.page.clock.fast_forward(900)  # longer than one step of the animation
    assert browser_page.page.evaluate("() => Gridward.state.on") == stopped
    browser_page.page.get_by_role("button", name="Next month").click()
    assert browser_page.page.evaluate("() => Gridward.state.on") > stopped


@pytest.mark.parametrize("screen", SCREENS)
def test_two_days_are_compared_by_a_divider_and_a_table_of_changes(open_page, screen: str):
    browser_page = open_page(screen=screen)
    browser_page.page.get_by_role("button", name="Compare two dates").press("Enter")
    browser_page.page.get_by_label("Earlier date").fill("2024-01-01")
    browser_page.page.get_by_label("Earlier date").press("Tab")
    weimin = browser_page.page.locator(f"tbody tr[data-code='{WEIMIN}']")
    expect(weimin.locator(".gained")).to_have_text("15")
    expect(weimin.locator(".lost")).to_have_text("0")
    expect(weimin.locator(".net")).to_have_text("+15")
    expect(weimin.locator("td.before")).to_have_text("2817.6%")
    expect(weimin.locator("td.after")).to_have_text("1361.8%")
    divider = browser_page.page.get_by_role("slider", name="Divider position")
    browser_page.wait_until_rendered()
    divider.press("End")
    past = browser_page.page.evaluate(
        """() => {
          const map = Gridward.layers.shade._map;
          return Gridward.layerAt(map, map.getCenter(), "shade").day();
        }"""
    )
    divider.press("Home")
    now = browser_page.page.evaluate(
        """() => {
          const map = Gridward.layers.shade._map;
          return Gridward.layerAt(map, map.getCenter(), "shade").day();
        }"""
    )
    assert (past, now) == ("2024-01-01", browser_page.page.evaluate("() => Gridward.config.on"))
    browser_page.page.get_by_role("button", name="Compare two dates").click()
    expect(divider).to_be_hidden()


def test_a_comparison_is_sorted_by_any_figure_of_both_days(open_page):
    browser_page = open_page("property-coverage#then=2024-01-01&level=community")
    page = browser_page.page
    expect(page.locator("tbody td.before").first).to_be_visible()
    for column, cells in (("rate_before", "td.before small"), ("rate_after", "td.after small")):
        button = page.locator(f"thead [data-column='{column}']")
        button.click()
        button.press("Enter")  # the heading keeps the focus
        texts = page.locator(f"tbody {cells}").all_text_contents()
        rates = [float(text.rstrip("%")) for text in texts if text != "–"]
        assert rates == sorted(rates)
        assert len(set(rates)) > 5
        expect(page.locator("thead [aria-sort=ascending] .sorted")).to_have_attribute(
            "data-column", column
        )
    totals = page.locator("tfoot td").evaluate_all(
        "(cells) => cells.map((cell) => cell.firstChild.textContent)"
    )
    before, after, gained, lost, net = (int(text.replace(",", "")) for text in totals)
    assert net == gained - lost
    assert before - net == after
    table = page.locator(".rows")
    assert table.evaluate("(box) => box.scrollWidth <= box.clientWidth")


def test_buildings_whose_coverage_changed_are_highlighted(open_page):
    browser_page = open_page("property-coverage#then=2024-01-01")
    browser_page.page.locator(f"tbody tr[data-code='{WEIMIN}']").click()
    browser_page.page.wait_for_function(
        """() => [...Gridward.state.changes.values()]
            .filter((change) => change === 'gained').length >= 15"""
    )
    expect(browser_page.page.locator(".legend")).to_contain_text("Gained")
    browser_page.page.get_by_role("button", name="Compare two dates").click()
    browser_page.page.wait_for_function("() => Gridward.state.changes.size === 0")
    expect(browser_page.page.locator(".legend")).not_to_contain_text("Gained")
