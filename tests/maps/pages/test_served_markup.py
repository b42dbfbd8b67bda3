"""Served pages show markup from data and URLs as text, and run no script of it."""

from urllib.parse import quote

import pytest

from maps.pages.page_data import EmbeddedData
from tests.maps.conftest import middle
from tests.maps.pages.page_service import PageService

pytestmark = pytest.mark.browser

MARKUP = '<img src=x onerror="window.hit=1"><b>&amp;</b>'
FRAGMENT_PARAMETERS = (
    "at",
    "on",
    "then",
    "level",
    "in",
    "measure",
    "built",
    "period",
    "code",
    "not-use",
)


def test_the_content_security_policy_blocks_added_scripts(open_page):
    visited = open_page("property-coverage")
    visited.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.hit = 1";
          document.body.append(script);
        }"""
    )
    assert visited.page.evaluate("() => window.hit") is None
    assert "script-src" in visited.errors.pop()


def test_markup_in_responses_of_the_service_is_shown_as_text(
    open_page, service: PageService, small_town: EmbeddedData
):
    period = {"covered_from": "2020-01-01", "covered_to": None}
    service.history = [period | {"manager": MARKUP, "manager_kind": MARKUP}]
    service.location = {
        "grid": {"code": MARKUP, "name": MARKUP},
        "areas": [{"level": "community", "code": MARKUP, "name": MARKUP}],
    }
    visited = open_page("property-coverage")
    lon, lat = middle(small_town.buildings, 0)
    visited.set_view(lon, lat, 17)
    visited.click_map(lon, lat)
    visited.page.locator(".history li").wait_for()
    assert visited.text(".history").count(MARKUP) == 2
    visited.page.get_by_role("combobox").fill(f"{lon}, {lat}")
    visited.page.locator("#hits li").nth(1).click()
    visited.page.locator(".facts-place").wait_for()
    assert visited.text(".facts-place").count(MARKUP) >= 2
    assert visited.page.locator("img[onerror]").count() == 0
    assert visited.page.evaluate("() => window.hit") is None


def test_markup_in_the_url_fragment_has_no_effect(open_page):
    fragment = "&".join(f"{name}={quote(MARKUP)}" for name in FRAGMENT_PARAMETERS)
    visited = open_page(f"property-coverage#{fragment}")
    visited.page.locator("tbody tr").first.wait_for()
    assert visited.page.locator("img[onerror]").count() == 0
    assert visited.page.evaluate("() => window.hit") is None
    visited.ignore_errors("404")  # the service has no area with this code
