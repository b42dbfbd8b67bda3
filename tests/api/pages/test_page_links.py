"""Permalinks and the browser history of a map page."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import BrowserPage
from tests.sample_service import UNCOVERED, Service

pytestmark = pytest.mark.browser


def fragment_params(shown: BrowserPage) -> dict[str, str]:
    """What the address of a page says of its view."""
    return {name: values[0] for name, values in parse_qs(urlsplit(shown.page.url).fragment).items()}


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
    first.page.wait_for_timeout(900)
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
    shown = open_page(f"property-coverage#at=15/{lat}/{lon}")
    shown.page.wait_for_function("() => Gridward.state.level === 'grid'")
    shown.wait_until_rendered()
    labels = shown.page.evaluate(
        """() => [...Gridward.layers.names.labelers.labelers.values()]
          .reduce((sum, labeler) => sum + labeler.index.tree.all().length, 0)"""
    )
    communities = shown.page.evaluate(
        """async () => {
          const map = Gridward.layers.names._map;
          const seen = await Gridward.inView(map, "areas");
          return seen.filter(({ props }) => props.level === "community").length;
        }"""
    )
    assert labels > communities


def test_back_and_forward_restore_earlier_choices(open_page):
    shown = open_page()
    shown.page.get_by_role("button", name="District", exact=True).click()
    shown.page.wait_for_url("**level=district*")
    shown.page.wait_for_timeout(1600)  # choices in quick turn are one step
    shown.page.get_by_role("button", name="Previous month").click()
    shown.page.wait_for_url("**on=*")
    today = shown.page.evaluate("() => Gridward.config.on")
    shown.page.go_back()
    shown.page.wait_for_function("(today) => Gridward.state.on === today", arg=today)
    assert shown.page.evaluate("() => Gridward.state.level") == "district"
    shown.page.go_forward()
    shown.page.wait_for_function("(today) => Gridward.state.on !== today", arg=today)
