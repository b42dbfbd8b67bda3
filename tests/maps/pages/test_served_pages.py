"""The served pages in a browser; tiles, rows and locations come from a small server."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from geo.settings import Language
from maps.pages.page_data import EmbeddedData
from tests.maps.conftest import middle
from tests.maps.pages.page_service import ON, PageService

pytestmark = pytest.mark.browser


def test_a_click_on_a_building_of_a_tile_opens_its_popup(open_page, small_town: EmbeddedData):
    visited = open_page("property-coverage")
    homes = small_town.buildings
    row = int((homes.reason == "lapsed").to_numpy().nonzero()[0][0])
    lon, lat = middle(homes, row)
    visited.set_view(lon, lat, 17)
    visited.click_map(lon, lat)
    popup = visited.text(".leaflet-popup")
    assert homes.code.iloc[row] in popup
    assert "Uncovered since 1 Mar 2023" in popup


def test_the_table_requests_the_rows_of_its_level(open_page, service: PageService):
    visited = open_page("property-coverage")
    visited.page.get_by_role("button", name="District", exact=True).click()
    visited.page.locator("tbody tr[data-code='230402']").click()
    visited.page.locator(".trail button", has_text="区").wait_for()
    scope = visited.page.evaluate("() => Gridward.state.scope")
    requests = [path for path in service.requests if path.startswith("/v1/property-coverage")]
    assert f"/v1/property-coverage?by=district&on={ON}" in requests
    visited.page.locator(f"tbody tr[data-code^='{scope}0']").first.wait_for()
    requests = [path for path in service.requests if path.startswith("/v1/property-coverage")]
    assert any(f"area={scope}" in path for path in requests)
    assert f"/v1/areas/{scope}" in service.requests


def test_a_row_zooms_to_its_own_area_while_the_next_rows_load(open_page, service: PageService):
    """The level changes from grids to districts while the rows of the grids are still listed."""
    visited = open_page("grids")
    visited.page.get_by_role("button", name="Grid", exact=True).first.click()
    row = visited.page.locator("tbody tr[data-code='230401001001001']")
    row.wait_for()
    service.rows_released.clear()
    visited.page.get_by_role("button", name="District", exact=True).click()
    with visited.page.expect_request("**/v1/grids/230401001001001"):
        row.click()
    service.rows_released.set()
    visited.page.locator("tbody tr[data-code='230401']").wait_for()


def test_tile_requests_name_a_date_and_revision_and_stay_within_the_maximum_zoom(
    open_page, service: PageService, small_town: EmbeddedData
):
    visited = open_page("grids")
    visited.set_view(*middle(small_town.buildings, 0), 19)
    tiles = [urlsplit(path) for path in service.requests if path.startswith("/tiles/")]
    for path in tiles:
        is_same_every_day = path.path.split("/")[2] in ("areas", "buildings", "backdrop")
        assert (f"on={ON}" in path.query and "revision=3" in path.query) is not is_same_every_day
    zooms = {int(path.path.split("/")[3]) for path in tiles}
    assert max(zooms) == 15


def test_footprints_are_requested_only_at_zooms_that_show_them(open_page, service: PageService):
    visited = open_page("property-coverage")
    visited.set_view(130.25, 47.29, 12)
    service.requests.clear()
    visited.set_view(130.25, 47.29, 13)
    assert not [path for path in service.requests if path.startswith("/tiles/buildings")]
    visited.set_view(130.25, 47.29, 15)
    assert [path for path in service.requests if path.startswith("/tiles/buildings")]


def test_search_queries_the_service_and_opens_the_result(open_page, small_town: EmbeddedData):
    visited = open_page("property-coverage")
    code = small_town.buildings.code.iloc[7]
    visited.page.get_by_role("combobox").fill(code)
    visited.page.locator("#hits li").first.wait_for()
    visited.page.keyboard.press("Enter")
    popup = visited.page.locator(".leaflet-popup")
    popup.wait_for()
    assert code in popup.inner_text()


@pytest.mark.parametrize("kind", ["property-coverage", "grids", "issues"])
@pytest.mark.parametrize("language", Language)
def test_a_served_page_fits_the_window(
    open_page, service: PageService, kind: str, language: Language
):
    service.language = language
    visited = open_page(kind)
    for width, height in ((1920, 1080), (1366, 768), (390, 844)):
        visited.page.set_viewport_size({"width": width, "height": height})
        assert visited.page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_issue_counts_are_part_of_the_page(open_page, small_town: EmbeddedData):
    visited = open_page("issues")
    assert visited.text("#figures").split()[:2] == ["Issues", str(len(small_town.issues))]
    lon, lat = middle(small_town.issues, 0)
    visited.set_view(lon, lat, 18)
    visited.click_map(lon, lat)
    assert "Reported" in visited.text(".leaflet-popup")


def test_the_pages_link_to_each_other(open_page):
    visited = open_page("property-coverage")
    visited.page.get_by_role("link", name="Micro-grids").click()
    visited.page.wait_for_url("**/maps/grids")
    visited.wait_until_rendered()
    assert (
        visited.page.get_by_role("link", name="Micro-grids").get_attribute("aria-current") == "page"
    )


def test_the_page_reports_a_failing_service(open_page, service: PageService):
    service.is_broken = True
    visited = open_page("property-coverage")
    for role in ("alert", "status"):  # on the map, and below the table
        failure = visited.page.get_by_role(role).filter(has_text="Could not load data: 503")
        failure.wait_for()
    assert visited.errors
    visited.ignore_errors()


def test_the_choice_of_figures_appears_without_the_grids_and_reads_them_again(
    open_page, service: PageService
):
    service.is_broken = True
    visited = open_page("grids")
    expect(visited.page.locator(".measures button")).to_have_count(3)
    note = visited.page.locator("#content > .note").first
    expect(note).to_contain_text("Could not load the grids that the colour classes are made of")
    assert not any("property-coverage" in error and "at " in error for error in visited.errors)
    service.is_broken = False
    note.get_by_role("button", name="Try again").click()
    expect(note).to_be_hidden()
    assert len(visited.page.evaluate("() => Gridward.state.classes")) > 1
    visited.ignore_errors()
