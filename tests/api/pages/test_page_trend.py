"""The trend of the property-coverage page: a chart by month of what the scope counts."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from geo.settings import Language
from tests.browser import BrowserPage
from tests.sample_service import SCREENS, WEIMIN

pytestmark = pytest.mark.browser

CHART = ".trend-figure svg"


def trend_requests(page: Page) -> list[str]:
    """Record the requests for trends from now on."""
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    return requested


def click_at(browser_page: BrowserPage, share: float) -> None:
    """Click the chart at a share of the width of its plots."""
    box = browser_page.page.locator(CHART).bounding_box()
    assert box is not None
    left, right = box["width"] * 40 / 340, box["width"] * 330 / 340
    position = {"x": left + share * (right - left), "y": box["height"] / 2}
    browser_page.page.locator(CHART).click(position=position)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_climb_of_a_community_is_a_chart_whose_months_can_be_chosen(open_page, screen):
    browser_page = open_page(f"property-coverage#in={WEIMIN}", screen=screen)
    page = browser_page.page
    expect(page.locator(CHART)).to_be_visible()
    rows = page.evaluate(
        "async (url) => (await fetch(url)).json()", f"/v1/property-coverage/trend?area={WEIMIN}"
    )
    assert (rows[-1]["covered"], rows[-1]["uncovered"]) == (21, 13)
    assert 28 in [row["uncovered"] for row in rows]
    expect(page.locator(".trend-figure li")).to_have_count(len(rows))
    expect(page.locator(".trend-figure li").last).to_contain_text("61.8%, 13 uncovered")
    expect(page.locator(CHART)).to_have_attribute("role", "img")
    expect(page.locator(CHART)).to_have_attribute(
        "aria-label", re.compile("^Weimin Community: coverage")
    )
    click_at(browser_page, 0.5)
    page.wait_for_function("() => Gridward.state.on !== Gridward.config.on")
    on = page.evaluate("() => Gridward.state.on")
    [row] = [row for row in rows if row["on"] == on]
    expect(page.locator("#figures .alarm dd")).to_have_text(str(row["uncovered"]))
    expect(page.locator(".readout").first).to_contain_text(f"{row['uncovered']} uncovered")


def test_another_day_moves_the_mark_and_a_filter_requests_another_trend(open_page):
    browser_page = open_page()
    page = browser_page.page
    expect(page.locator(CHART)).to_be_visible()
    requested = trend_requests(page)
    mark = page.locator(".mark line")
    before = mark.get_attribute("x1")
    page.get_by_role("button", name="Previous month").click()
    expect(mark).not_to_have_attribute("x1", before or "")
    browser_page.wait_until_rendered()
    assert not [url for url in requested if "/trend" in url]
    label = page.locator(CHART).get_attribute("aria-label") or ""
    page.locator(".filters summary").click()
    page.locator(".filters label", has_text="Coverage lapsed").click()
    expect(page.locator(CHART)).not_to_have_attribute("aria-label", label)
    [trend] = [url for url in requested if "/trend" in url]
    assert "reason=never_covered" in trend
    assert "lapsed" not in trend


def test_the_pointer_reads_a_month(open_page):
    page = open_page().page
    expect(page.locator(CHART)).to_be_visible()
    shown = page.locator(".readout").first.inner_text()
    page.locator(CHART).hover(position={"x": 60, "y": 40})
    expect(page.locator(".readout").first).not_to_have_text(shown)
    page.mouse.move(900, 300)
    expect(page.locator(".readout").first).to_have_text(shown)


@pytest.mark.parametrize("language", Language)
def test_a_trend_that_cannot_be_loaded_says_so_and_can_be_requested_again(open_page, language):
    browser_page = open_page(f"property-coverage?lang={language}")
    page = browser_page.page
    expect(page.locator(CHART)).to_be_visible()
    page.route("**/v1/property-coverage/trend?**", lambda route: route.abort())
    page.locator("tbody tr button").first.click()
    expect(page.locator(".trend-figure .failed")).to_be_visible()
    expect(page.locator(CHART)).to_have_count(0)
    page.unroute("**/v1/property-coverage/trend?**")
    page.locator(".trend-figure button").click()
    expect(page.locator(CHART)).to_be_visible()
    browser_page.ignore_errors("net::ERR_FAILED")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_trend_is_below_the_finding_and_above_the_table(open_page, screen):
    page = open_page(screen=screen).page
    expect(page.locator(CHART)).to_be_visible()
    expect(page.locator("#finding")).to_contain_text("never had it")  # three lines on a laptop
    boxes = page.evaluate(
        """() => {
          const text = document.createRange();
          text.selectNodeContents(document.querySelector("#finding"));
          const below = ["#trend summary", "#trend svg", ".levels"];
          return [text, ...below.map((selector) => document.querySelector(selector))]
            .map((part) => part.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom]);
        }"""
    )
    assert all(above[1] <= below[0] for above, below in pairwise(boxes))


def test_other_pages_have_no_trend(open_page):
    assert open_page("grids").page.locator(".trend").count() == 0
