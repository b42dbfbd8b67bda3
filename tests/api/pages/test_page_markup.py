"""Markup in the database and in URLs: pages and popups show it as text and run none of it."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from sqlalchemy import Connection, Enum, Text, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geo import db
from geo.models import Base
from geo.models.base import CODE
from tests import district as districts
from tests.browser import BrowserPage
from tests.conftest import Databases
from tests.district import lon_lat
from tests.sample_service import Service, serve_database

pytestmark = pytest.mark.browser

IMAGE = '<img src=x onerror="window.hit=1">'
MARKUP = f"\"><script>window.hit=1</script>{IMAGE}'<b>&amp;"
CODE_MARKUP = f"'\"&amp;{IMAGE}"
"""Without a slash: a code with a slash has no URL."""
PROTECTED = ("audit.", "table_version.", "account.", "person.", "login_session.", "token.")
"""Tables whose texts constraints protect or pages do not show."""
SPOT = lon_lat(15, 7)
"""The location of a building and an issue whose codes are markup."""
LANGUAGES = ("zh", "en")


def replace_texts_with_markup(connection: Connection) -> set[str]:
    """Replace every text except codes and enums; return the columns that refuse it."""
    refused = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_free_text = isinstance(column.type, Text) and column.type is not CODE
            if not is_free_text or isinstance(column.type, Enum) or column.primary_key:
                continue
            try:
                with connection.begin_nested():
                    connection.execute(table.update().values({column.name: MARKUP}))
            except DBAPIError:
                refused.add(f"{table.name}.{column.name}")
    return refused


def insert_codes_of_markup(connection: Connection) -> None:
    """Insert a building and an issue whose codes are markup, at one location."""
    lon, lat = SPOT
    params = {"code": CODE_MARKUP, "name": MARKUP, "lon": lon, "lat": lat}
    connection.execute(
        text("""
        INSERT INTO building (code, name, address, community_code, households, use, footprint)
        SELECT :code, :name, :name, '230403001001', 7, :name, ST_Multi(ST_Buffer(
            ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 0.001))
        """),
        params,
    )
    connection.execute(
        text("""
        INSERT INTO property_coverage (building_code, manager_code, covered)
        VALUES (:code, 'M1', '[2021-01-01,2022-01-01)')
        """),
        params,
    )
    connection.execute(
        text("""
        INSERT INTO issue (ref, category, description, channel, reported_at, geom, grid_code)
        VALUES (:code, :name, :name, :name, now(), ST_SetSRID(ST_MakePoint(:lon, :lat), 4326),
                '230403001001002')
        """),
        params,
    )


@pytest.fixture(scope="module")
def markup_service(databases: Databases, template: str) -> Iterator[Service]:
    """The district, served, with markup in every text that a person or a file can set."""
    url = databases.make(template)
    engine = db.connect(url)
    with Session(engine) as session:
        districts.insert_district(session)
    with engine.begin() as connection:
        refused = replace_texts_with_markup(connection)
        insert_codes_of_markup(connection)
    assert not {name for name in refused if not name.startswith(PROTECTED)}
    engine.dispose()
    with serve_database(url) as service:
        yield service


@pytest.fixture
def open_page(markup_service: Service, open_url) -> Callable[..., BrowserPage]:
    return lambda path: open_url(f"{markup_service.home}{path}")


def assert_markup_is_text(browser_page: BrowserPage) -> None:
    """Assert that markup created no element and that none of it ran."""
    assert browser_page.page.locator("img[onerror], img[src='x']").count() == 0
    assert browser_page.page.evaluate("() => window.hit") is None
    scripts = browser_page.page.locator("script:not([src]):not([type='application/json'])")
    assert all("window.hit" not in code for code in scripts.all_text_contents())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_coverage_page_escapes_markup(open_page, language: str):
    browser_page = open_page(f"/maps/property-coverage?lang={language}")
    browser_page.page.locator("tbody tr").first.wait_for()
    name = "Grid 002" if language == "en" else MARKUP  # grids have no English name
    assert name in browser_page.text("tbody")
    browser_page.set_view(*SPOT, 18)
    assert_markup_is_text(browser_page)
    browser_page.page.mouse.move(5, 5)
    browser_page.click_map(*SPOT)
    expect(browser_page.page.locator(".history li").first).to_contain_text(MARKUP)
    popup = browser_page.page.locator(".leaflet-popup")
    assert CODE_MARKUP in popup.inner_text()
    assert popup.inner_text().count(MARKUP) >= 3
    expect(browser_page.page.locator("tbody")).to_contain_text(MARKUP)
    browser_page.page.locator(".filters summary").click()
    expect(browser_page.page.locator(".filter-body")).to_contain_text(MARKUP)
    browser_page.page.get_by_role("combobox").fill("onerror")
    browser_page.page.locator("#hits li").first.wait_for()
    assert MARKUP in browser_page.text("#hits")
    browser_page.page.mouse.move(*browser_page.page.viewport_size.values())
    assert_markup_is_text(browser_page)


def test_the_breadcrumb_trail_escapes_markup(open_page):
    browser_page = open_page("/maps/property-coverage?lang=zh")
    for _ in range(3):
        browser_page.page.locator("tbody tr").first.click()
        browser_page.wait_until_rendered()
    assert MARKUP in browser_page.text(".trail")
    assert_markup_is_text(browser_page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grids_page_escapes_markup(open_page, language: str):
    browser_page = open_page(f"/maps/grids?lang={language}")
    browser_page.set_view(*lon_lat(35, 5), 15)
    browser_page.click_map(*lon_lat(35, 5))
    popup = browser_page.page.locator(".leaflet-popup")
    popup.wait_for()
    name = "230403001002002" if language == "en" else MARKUP
    assert name in popup.inner_text()
    assert_markup_is_text(browser_page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_issues_page_escapes_markup(open_page, language: str):
    browser_page = open_page(f"/maps/issues?lang={language}")
    assert MARKUP in browser_page.text("#content")
    browser_page.set_view(*SPOT, 17)
    browser_page.click_map(*SPOT)
    popup = browser_page.page.locator(".leaflet-popup")
    popup.wait_for()
    assert popup.inner_text().count(MARKUP) >= 3
    assert_markup_is_text(browser_page)


@pytest.mark.parametrize("page", ["property-coverage", "grids", "issues"])
def test_markup_in_the_url_is_escaped(open_page, page: str):
    names = ("at", "on", "then", "level", "in", "code", "not-use", "period", "measure")
    fragment = "&".join(f"{name}={quote(MARKUP)}" for name in names)
    browser_page = open_page(f"/maps/{page}?lang=en#{fragment}")
    assert_markup_is_text(browser_page)
    browser_page.ignore_errors("404")  # there is no such area


def test_problem_documents_and_error_pages_contain_markup_as_text(
    markup_service: Service, open_url, browser
):
    page = browser.new_page()
    problem, html = "application/problem+json", "text/html; charset=utf-8"
    for path, media_type in (
        (f"/v1/grids?area={quote(MARKUP)}", problem),
        (f"/maps/{quote(MARKUP, safe='')}", html),
        (f"/maps/grids?area={quote(MARKUP)}", html),
        (f"/{quote(MARKUP, safe='')}", html),
    ):
        response = page.goto(f"{markup_service.home}{path}")
        assert response.headers["content-type"] == media_type
        assert page.evaluate("() => window.hit") is None
        assert page.locator("img[src='x']").count() == 0
    page.close()


def test_lists_are_never_interpreted_as_html(markup_service: Service, browser):
    page = browser.new_page()
    for path in ("buildings", "issues", "grids", "areas"):
        response = page.request.get(f"{markup_service.home}/v1/{path}?limit=50")
        assert "html" not in response.headers["content-type"]
        assert response.headers.get("x-content-type-options") == "nosniff"
    page.close()
