"""Links to stand-alone pages, and the issues and times that these show."""

from datetime import date

import pytest
from playwright.sync_api import expect
from shapely import Point

from geo.settings import Language
from maps.pages import map_pages
from maps.pages.page_data import EmbeddedData
from tests.maps.conftest import middle

pytestmark = pytest.mark.browser

ON = date(2025, 6, 30)


@pytest.mark.parametrize("code", ["999999", "230401001001001"])
def test_a_link_to_an_unknown_area_says_so_and_shows_the_whole_page(
    open_file, small_town: EmbeddedData, code
):
    """The second code is that of a grid, which is no area."""
    page = map_pages.render_property_coverage(
        small_town, title="Hecheng", on=ON, language=Language.EN
    )
    visited = open_file(page)
    visited.page.evaluate("() => { location.hash = 'in=230401'; }")
    visited.page.wait_for_function("() => Gridward.state.scope === '230401'")
    note = visited.page.locator(".map-notes p:visible")
    expect(note).to_have_count(0)
    visited.page.evaluate(f"() => {{ location.hash = 'in={code}'; }}")
    expect(note).to_contain_text("cannot be read and were left out: in")
    assert visited.page.evaluate("() => Gridward.state.scope") == ""
    expect(visited.page.locator("h1")).to_contain_text("Hecheng")


def test_times_are_those_of_the_city_and_not_of_the_browser(open_file, small_town: EmbeddedData):
    """The browser of the tests is in UTC; the issues were reported at 08:30 in the city."""
    visited = open_file(
        map_pages.render_issues(small_town, title="Hecheng", on=ON, language=Language.EN)
    )
    lon, lat = middle(small_town.issues, 0)
    visited.set_view(lon, lat, 18)
    visited.click_map(lon, lat)
    expect(visited.page.locator(".leaflet-popup")).to_contain_text("15 Jan 2025, 08:30")


def test_an_issue_without_a_point_is_left_out(open_file, small_town: EmbeddedData):
    issues = small_town.issues.head(5).copy()
    issues.loc[issues.index[0], "geometry"] = None
    issues.loc[issues.index[1], "geometry"] = Point()
    town = EmbeddedData(areas=small_town.areas, issues=issues, timezone="Asia/Shanghai")
    visited = open_file(map_pages.render_issues(town, title="Hecheng", on=ON, language=Language.EN))
    assert visited.text("#figures").split()[:2] == ["Issues", "3"]
