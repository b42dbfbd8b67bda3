"""The map pages of the sample city in a browser."""

import os
import subprocess

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.command import GRIDWARD

pytestmark = pytest.mark.browser


def test_the_home_page_shows_the_published_figures(sample_service, open_url):
    browser_page = open_url(sample_service.home)
    assert "4,253" in browser_page.page.inner_text("body")
    assert "86.0" in browser_page.page.inner_text("body")
    assert "595" in browser_page.page.inner_text("body")


def test_the_popup_of_an_uncovered_building_shows_the_reason(sample_service, open_url):
    code, lon, lat = sample_service.find_building("today.id IS NULL")
    browser_page = open_url(f"{sample_service.home}/maps/property-coverage")
    browser_page.set_view(lon, lat, 18)
    browser_page.click_map(lon, lat)
    popup = browser_page.text(".leaflet-popup")
    assert code in popup
    assert "never" in popup.lower() or "since" in popup.lower()


def test_the_popup_of_a_covered_building_shows_its_manager(sample_service, open_url):
    code, lon, lat = sample_service.find_building("today.id IS NOT NULL")
    browser_page = open_url(f"{sample_service.home}/maps/property-coverage")
    browser_page.set_view(lon, lat, 18)
    browser_page.click_map(lon, lat)
    query = text(
        "SELECT name FROM manager JOIN property_coverage ON manager_code = manager.code "
        "WHERE building_code = :code AND covered @> current_date"
    )
    with sample_service.engine.connect() as connection:
        manager = connection.execute(query, {"code": code}).scalar_one()
    popup = browser_page.page.locator(".leaflet-popup")
    expect(popup).to_contain_text(code)
    expect(popup).to_contain_text(manager)  # its history loads after it opens


@pytest.mark.parametrize("subject", ["property-coverage", "grids", "issues"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages_without_other_hosts(
    sample_service, open_url, subject, language
):
    browser_page = open_url(f"{sample_service.home}/maps/{subject}?lang={language}")
    assert browser_page.page.locator("canvas, .leaflet-tile").count() > 0


def test_search_finds_a_community_by_name(sample_service, open_url):
    browser_page = open_url(f"{sample_service.home}/maps/property-coverage?lang=zh")
    browser_page.page.locator("input[type=search], header input").first.fill("为民")
    # An option of the search: the table beside the map shows the name without a search.
    option = browser_page.page.get_by_role("option").filter(has_text="为民社区")
    option.first.wait_for()
    assert "230407003002" in option.first.inner_text()


def test_the_api_documentation_opens_without_other_hosts(sample_service, browser):
    page = browser.new_page()
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(f"{sample_service.home}/docs")
    page.get_by_text("/v1/lookup").first.wait_for()
    page.close()
    assert [url for url in urls if not url.startswith((sample_service.home, "data:"))] == []


def test_a_standalone_map_opens_from_a_file(sample_service, open_url, tmp_path):
    url = sample_service.engine.url.render_as_string(hide_password=False)
    path = tmp_path / "map.html"
    subprocess.run(
        [GRIDWARD, "map", "property-coverage", "-o", str(path), "--language", "en"],
        env=os.environ | {"GRIDWARD_DATABASE_URL": url},
        check=True,
        stderr=subprocess.DEVNULL,
    )
    assert path.stat().st_size < 2_000_000
    browser_page = open_url(path.as_uri())
    assert "595" in browser_page.page.inner_text("body")
