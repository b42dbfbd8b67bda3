"""The title bar and the permalink: language, account and sharing keep what the page shows."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import BrowserPage
from tests.sample_service import WEIMIN

pytestmark = pytest.mark.browser

XINGSHAN = "230407"
"""A page of this area starts above the zoom of the map's template."""
VIEW = "at=13/47.35000/130.30000&on=2025-03-01"
COPIED = "() => navigator.clipboard.readText()"


def require_view(page: Page, path: str, language: str) -> None:
    """Fail unless a page shows VIEW in a language."""
    page.wait_for_url(lambda url: url.partition("#")[0].endswith(path))
    page.wait_for_selector("[data-ready]")
    page.wait_for_function("() => Gridward.state.on === '2025-03-01'")
    zoom, lat, lon = parse_qs(urlsplit(page.url).fragment)["at"][0].split("/")
    assert zoom == "13"
    assert [float(lat), float(lon)] == pytest.approx([47.35, 130.3], abs=0.0002)
    assert page.evaluate("() => Gridward.config.language") == language
    assert page.evaluate("() => Gridward.layers.shade._map.getZoom()") == 13


def test_the_language_switch_keeps_page_area_and_view(open_page):
    browser_page = open_page(f"property-coverage?lang=en&area={XINGSHAN}")
    page = browser_page.page
    page.get_by_label("Choose a date").fill("2025-03-01")
    browser_page.set_view(130.3, 47.35, 13)
    page.get_by_role("link", name="中文").click()
    require_view(page, f"/maps/property-coverage?lang=zh&area={XINGSHAN}", "zh")
    page.get_by_role("link", name="English").press("Enter")
    require_view(page, f"/maps/property-coverage?lang=en&area={XINGSHAN}", "en")


def test_signing_in_and_out_come_back_to_the_view(open_page, home):
    page = open_page(f"grids?lang=en#{VIEW}").page
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Account").fill("demo")
    page.get_by_label("Password").fill((home / "demo-password").read_text().strip())
    page.get_by_role("button", name="Sign in").click()
    require_view(page, "/maps/grids?lang=en", "en")
    expect(page.get_by_role("link", name="Sign in")).to_have_count(0)
    expect(page.get_by_role("link", name="demo")).to_have_attribute("title", "Signed in as demo")
    page.get_by_role("link", name="Issues").click()
    expect(page.get_by_role("link", name="demo")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Sign out").click()
    require_view(page, "/maps/grids?lang=en", "en")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def share(browser_page: BrowserPage) -> None:
    browser_page.page.get_by_role("button", name="Share link").click()


def test_the_link_of_the_view_is_copied(open_page):
    browser_page = open_page("grids?lang=en")
    page = browser_page.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("Object.defineProperty(navigator, 'canShare', { value: undefined })")
    page.evaluate("() => Gridward.layers.shade._map.setZoom(14, { animate: false })")
    share(browser_page)  # before the page has written the change into its address
    expect(page.locator(".shared")).to_have_text("The link to this view is copied.")
    assert "#at=14%2F" in page.evaluate(COPIED)
    assert page.evaluate(COPIED) == page.url


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_a_clipboard_the_link_is_shown_to_copy_by_hand(open_page, language):
    """Browsers have none on pages without TLS."""
    page = open_page(f"property-coverage?lang={language}#level=community&in={WEIMIN}").page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.locator(".share").click()
    field = page.locator(".shared input")
    expect(field).to_have_value(page.url)
    assert f"in={WEIMIN}" in page.url
    assert page.evaluate("getSelection().toString()") == page.url


def test_a_system_that_can_share_gets_the_link(open_page):
    browser_page = open_page("issues?lang=en")
    page = browser_page.page
    page.evaluate(
        """() => {
          navigator.canShare = () => true;
          navigator.share = async (data) => { window.shared = data; };
        }"""
    )
    share(browser_page)
    page.wait_for_function("() => window.shared")
    assert page.evaluate("() => window.shared") == {"title": page.title(), "url": page.url}
    expect(page.locator(".shared")).to_be_empty()
