"""Pages whose requests fail, or overtake each other, say so and never mix two states."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from tests.sample_service import WEIMIN

pytestmark = pytest.mark.browser

FIGURES = "**/v1/property-coverage?**"
FAILED = "net::ERR_FAILED"
XINGSHAN = "230407"
GONGNONG = "230403"
RECORD_DAYS = """() => {
  window.shownAt = [];
  new MutationObserver(() => shownAt.push(performance.now()))
    .observe(document.getElementById("as-of"), { childList: true });
}"""
"""Records when another day is shown."""


def test_a_failed_count_of_issues_stays_visible_and_no_figures_replace_it(open_page):
    browser_page = open_page("issues")
    page = browser_page.page
    note = page.locator("#content .note")
    total = page.locator("#figures dd").first
    page.route("**/v1/issues/counts?**", lambda route: route.abort())
    page.get_by_label("Reported on or after").fill("2025-01-01")
    page.get_by_label("Reported on or after").press("Tab")
    expect(note).to_contain_text("Could not load data")
    expect(total).to_have_text("–")
    page.locator("#content [data-name='closed']").uncheck()
    expect(note).to_contain_text("Could not load data")
    expect(page.locator("#content .count .n").first).to_have_text("–")
    page.unroute("**/v1/issues/counts?**")
    page.get_by_label("Reported on or after").fill("2025-02-01")
    page.get_by_label("Reported on or after").press("Tab")
    expect(note).to_have_count(0)
    expect(total).not_to_have_text("–")
    browser_page.ignore_errors(FAILED)


def test_a_pause_while_a_month_loads_ends_its_playback(open_page):
    """Without it, playing again would show two months at a time."""
    browser_page = open_page()
    page = browser_page.page
    waiting: list[Route] = []
    page.route(FIGURES, lambda route: waiting.append(route))
    page.get_by_role("button", name="Play history").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play history").click()
    page.unroute(FIGURES)
    page.evaluate(RECORD_DAYS)
    for route in waiting:
        route.continue_()
    page.wait_for_function("() => shownAt.length > 3")
    times = page.evaluate("() => shownAt")
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 550


def test_playback_stops_where_figures_cannot_be_loaded(open_page):
    browser_page = open_page()
    page = browser_page.page
    browser_page.wait_until_rendered()
    page.route(FIGURES, lambda route: route.abort())
    page.get_by_role("button", name="Play history").click()
    expect(page.get_by_role("button", name="Play history")).to_be_visible()
    expect(page.locator(".map-notes p:visible")).to_contain_text("Could not load data")
    stopped = page.evaluate("() => Gridward.state.on")
    page.unroute(FIGURES)
    page.get_by_role("button", name="Play history").click()
    page.wait_for_function("(day) => Gridward.state.on > day", arg=stopped)
    browser_page.ignore_errors(FAILED)


@pytest.mark.parametrize("fails", [False, True])
def test_an_image_of_a_map_without_figures_says_so(open_page, fails):
    browser_page = open_page("property-coverage#level=community")
    page = browser_page.page
    browser_page.wait_until_rendered()
    if fails:
        page.route(FIGURES, lambda route: route.abort())
    page.get_by_role("button", name="Previous month").click()
    with page.expect_download() as download:  # waits for the figures of that day
        page.get_by_role("button", name="PNG").press("Enter")
    image = np.asarray(Image.open(io.BytesIO(download.value.path().read_bytes())).convert("RGB"))
    top = image[108:208]  # of the map, below the heading; twice the resolution of the screen
    warned = (top == (0xFF, 0xF3, 0xCD)).all(axis=2).sum()
    assert bool(warned > 5000) is fails
    if fails:
        browser_page.ignore_errors(FAILED)


def test_classes_of_grids_are_loaded_again_with_the_next_day(open_page):
    browser_page = open_page("grids")
    page = browser_page.page
    page.route("**/v1/property-coverage?by=grid**", lambda route: route.abort())
    page.get_by_role("button", name="Previous month").click()
    note = page.locator("#content > .note").first
    expect(note).to_contain_text("Could not load the grids that the colour classes are made of")
    page.unroute("**/v1/property-coverage?by=grid**")
    note.get_by_role("button", name="Try again").click()
    expect(note).to_be_hidden()
    expect(page.locator(".measures button[aria-pressed=true]")).to_have_text("Households")
    browser_page.ignore_errors(FAILED)


def test_the_last_of_two_links_in_quick_succession_is_shown_in_whole(open_page):
    browser_page = open_page()
    page = browser_page.page
    waiting: list[Route] = []
    page.route(f"**/v1/areas/{GONGNONG}", lambda route: waiting.append(route))
    link = f"in={XINGSHAN}&on=2025-03-01&level=community"
    page.evaluate(f"() => {{ location.hash = 'in={GONGNONG}&level=subdistrict'; }}")
    page.wait_for_timeout(300)  # until the URL could be written
    page.evaluate(f"() => {{ location.hash = '{link}'; }}")
    page.wait_for_timeout(300)
    assert len(waiting) == 1
    page.unroute(f"**/v1/areas/{GONGNONG}")
    waiting[0].continue_()
    page.wait_for_function("(area) => Gridward.state.scope === area", arg=XINGSHAN)
    browser_page.wait_until_rendered()
    page.wait_for_timeout(300)
    shown = page.evaluate("() => [Gridward.state.scope, Gridward.state.on, Gridward.state.level]")
    assert shown == [XINGSHAN, "2025-03-01", "community"]
    assert all(part in page.url for part in link.split("&"))
    assert page.locator(f"tbody tr[data-code='{WEIMIN}']").count() == 1


def test_a_comparison_that_ends_while_its_tiles_load_requests_no_others(open_page):
    browser_page = open_page("property-coverage#level=grid")
    page = browser_page.page
    browser_page.wait_until_rendered()
    requested: list[str] = []
    waiting: list[Route] = []
    page.on("request", lambda request: requested.append(request.url))
    page.route("**/tiles/grids/**on=2024-01-01**", lambda route: waiting.append(route))
    page.get_by_role("button", name="Compare two dates").click()
    page.get_by_label("Earlier date").fill("2024-01-01")
    page.get_by_label("Earlier date").press("Tab")
    page.wait_for_function("() => Gridward.state.then === '2024-01-01'")
    page.wait_for_timeout(500)
    assert waiting
    page.get_by_role("button", name="Compare two dates").click()
    for route in waiting:
        route.continue_()
    browser_page.wait_until_rendered()
    page.wait_for_timeout(300)
    assert not [url for url in requested if "on=null" in url or "on=undefined" in url]
