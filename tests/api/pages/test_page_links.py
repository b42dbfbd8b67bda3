"""Permalinks and the browser history of a map page."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import BrowserPage
from tests.sample_service import UNCOVERED, Service

pytestmark = pytest.mark.browser


def fragment_params(browser_page: BrowserPage) -> dict[str, str]:
    """Return the parameters in the fragment of the URL of a page."""
    return {
        name: values[0]
        for name, values in parse_qs(urlsplit(browser_page.page.url).fragment).items()
    }


def test_a_permalink_restores_the_view(open_page, sample_service: Service):
    code, lon, lat = sample_service.find_building(UNCOVERED)
    first = open_page()
    first.set_view(lon, lat, 17)
    first.page.get_by_label("Choose a date").fill("2025-03-01")
    first.page.get_by_label("Choose a date").press("Tab")
    first.page.get_by_text("Filter buildings").click()
    first.page.get_by_label("Self-managed").uncheck()
    first.wait_until_rendered()
    first.click_map(lon, lat)
    first.page.locator(".leaflet-popup").wait_for()
    first.page.wait_for_function(
        "(parts) => parts.every((part) => location.hash.includes(part))",
        arg=[code, "2025-03-01", "self_managed"],
    )
    link = first.page.url
    view = "() => [Gridward.state.on, [...Gridward.state.hidden.standing], Gridward.state.selected]"
    expected = first.page.evaluate(view)
    assert expected == ["2025-03-01", ["self_managed"], code]
    second = open_page(link.rsplit("/", 1)[1])
    second.page.locator(".leaflet-popup").wait_for()
    assert second.page.evaluate(view) == expected
    assert fragment_params(second)["at"].split("/")[0] == "17"


def test_a_permalink_to_grids_labels_them_on_the_map(open_page, sample_service: Service):
    _, lon, lat = sample_service.find_building(UNCOVERED)
    browser_page = open_page(f"property-coverage#at=15/{lat}/{lon}")
    browser_page.page.wait_for_function("() => Gridward.state.level === 'grid'")
    browser_page.wait_until_rendered()
    labels = browser_page.page.evaluate(
        """() => [...Gridward.layers.names.labelers.labelers.values()]
          .reduce((sum, labeler) => sum + labeler.index.tree.all().length, 0)"""
    )
    communities = browser_page.page.evaluate(
        """async () => {
          const map = Gridward.layers.names._map;
          const features = await Gridward.inView(map, "areas");
          return features.filter(({ props }) => props.level === "community").length;
        }"""
    )
    assert labels > communities


def test_back_and_forward_restore_earlier_choices(open_page):
    browser_page = open_page()
    browser_page.page.clock.install()
    browser_page.page.get_by_role("button", name="District", exact=True).click()
    browser_page.page.wait_for_url("**level=district*")
    browser_page.page.clock.fast_forward(1600)  # choices in quick succession are one history entry
    browser_page.page.get_by_role("button", name="Previous month").click()
    browser_page.page.wait_for_url("**on=*")
    today = browser_page.page.evaluate("() => Gridward.config.on")
    browser_page.page.go_back()
    browser_page.page.wait_for_function("(today) => Gridward.state.on === today", arg=today)
    assert browser_page.page.evaluate("() => Gridward.state.level") == "district"
    browser_page.page.go_forward()
    browser_page.page.wait_for_function("(today) => Gridward.state.on !== today", arg=today)


@pytest.mark.parametrize(
    ("fragment", "names"),
    [
        ("at=99/0/0", "at"),
        ("at=12/91/130", "at"),
        ("at=12/47.3", "at"),
        ("at=12//130.3", "at"),
        ("at=3/0/0", "at"),
        ("on=2025-02-30", "on"),
        ("on=2099-01-01", "on"),
        ("on=yesterday&then=2024-13-01", "on, then"),
        ("not-standing=%25E0%25A4%25A", "not-standing"),
        ("not-use=%E0%A4%A", "not-use"),
        ("level=town&measure=x&heat=2", "level, measure, heat"),
        ("built=1990-2000&period=2024~2025", "built, period"),
        ("in=999999", "in"),
        ("colour=red&on=2025-03-01", "colour"),
    ],
)
def test_a_link_names_what_cannot_be_read_and_shows_the_rest(open_page, fragment, names):
    browser_page = open_page(f"property-coverage#{fragment}")
    browser_page.wait_until_rendered()
    note = browser_page.page.locator(".map-notes p:visible")
    expect(note).to_have_text(f"This link has parts that cannot be read and were left out: {names}")
    expected = "2025-03-01" if fragment.endswith("2025-03-01") else None
    shown = browser_page.page.evaluate("() => [Gridward.state.on, Gridward.config.on]")
    assert shown[0] == (expected or shown[1])
    browser_page.page.get_by_role("button", name="Zoom in").click()
    expect(note).to_have_count(0)
    if names == "in":
        browser_page.ignore_errors("404")
