"""Every page, in both languages and in its usual states, without violations of the rules of axe."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.axe import accessibility_violations
from tests.browser import BrowserPage
from tests.redraw_service import TownService
from tests.sample_service import UNCOVERED, Service

pytestmark = pytest.mark.browser

LANGUAGES = ("zh", "en")


def require_accessible(page: Page) -> None:
    assert accessibility_violations(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", ["property-coverage", "grids", "issues"])
@pytest.mark.parametrize("screen", ["laptop", "phone"])
def test_a_map_page_is_accessible(open_page, subject, language, screen):
    browser_page = open_page(f"{subject}?lang={language}", screen)
    require_accessible(browser_page.page)
    browser_page.page.evaluate(
        "() => document.querySelectorAll('details').forEach((details) => (details.open = true))"
    )
    browser_page.page.locator(".measure-switch").click()
    require_accessible(browser_page.page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_with_popup_comparison_and_search_is_accessible(
    open_page, sample_service: Service, language
):
    _, lon, lat = sample_service.find_building(UNCOVERED)
    browser_page = open_page(f"property-coverage?lang={language}#then=2024-01-01")
    page = browser_page.page
    browser_page.set_view(lon, lat, 18)
    browser_page.click_map(lon, lat)
    expect(page.locator(".leaflet-popup")).to_be_visible()
    expect(page.locator(".history, .leaflet-popup .note").first).to_be_visible()
    require_accessible(page)
    page.locator("#query").fill("1")
    expect(page.locator("#hits li").first).to_be_visible()
    require_accessible(page)


@pytest.fixture
def open_plain(browser: Browser, sample_service: Service):
    """Open a page without a map."""
    contexts = []

    def open_(path: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1366, "height": 768}))
        page = BrowserPage(contexts[-1].new_page(), sample_service.home).page
        page.goto(f"{sample_service.home}{path}")
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_login_page_is_accessible(open_plain, home, language):
    page = open_plain(f"/login?lang={language}")
    require_accessible(page)
    page.locator("input[name=login]").fill("demo")
    page.locator("input[name=password]").fill("not the password")
    page.locator("button").click()
    page.get_by_role("alert").wait_for()
    require_accessible(page)
    page.locator("input[name=password]").fill((home / "demo-password").read_text().strip())
    page.locator("button").click()
    page.wait_for_url("**/maps/**")
    page.goto(page.url.partition("/maps")[0] + f"/login?lang={language}")
    page.locator("summary").click()
    require_accessible(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/maps/none", "/nowhere", "/maps/grids?on=1900-01-01"])
def test_an_error_page_is_accessible(open_plain, path, language):
    page = open_plain(f"{path}{'&' if '?' in path else '?'}lang={language}")
    expect(page.get_by_role("alert")).to_be_visible()
    require_accessible(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_plans_are_accessible(town: TownService, open_url, language):
    number = town.create_plan("South-west", "chen")
    browser_page = open_url(
        f"{town.home}/redraw/{number}?lang={language}", cookies=[town.cookie("chen")]
    )
    page = browser_page.page
    require_accessible(page)
    for tab in page.get_by_role("tab").all():
        tab.click()
        require_accessible(page)
    for path in ("/redraw", f"/redraw/{number}/notice"):
        page.goto(f"{town.home}{path}?lang={language}")
        require_accessible(page)


def test_violations_are_noticed(open_page):
    page = open_page("issues").page
    page.evaluate("document.querySelector('#query').insertAdjacentHTML('afterend', '<button>')")
    assert any(violation.startswith("button-name") for violation in accessibility_violations(page))
