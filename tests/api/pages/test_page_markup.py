"""A register whose every text is markup: pages and popups show it as text and run none of it."""

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
from tests.district import place
from tests.sample_service import Service, serve_database

pytestmark = pytest.mark.browser

IMAGE = '<img src=x onerror="window.hit=1">'
MARKUP = f"\"><script>window.hit=1</script>{IMAGE}'<b>&amp;"
CODE_MARKUP = f"'\"&amp;{IMAGE}"
"""Without a slash, which no code can have that is asked for by its address."""
UNWRITABLE = {"audit.", "mark.", "account.", "person.", "login.", "token."}
"""What nobody may write, or what is no text of the map: a page shows none of it."""
SPOT = place(15, 7)
"""A building and an issue whose very codes are markup."""
LANGUAGES = ("zh", "en")


def spoil(connection: Connection) -> set[str]:
    """Make markup of every text that is no code and no word of a closed vocabulary."""
    refused = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            free = isinstance(column.type, Text) and column.type is not CODE
            if not free or isinstance(column.type, Enum) or column.primary_key:
                continue
            try:
                with connection.begin_nested():
                    connection.execute(table.update().values({column.name: MARKUP}))
            except DBAPIError:
                refused.add(f"{table.name}.{column.name}")
    return refused


def with_codes(connection: Connection) -> None:
    """Add a building and an issue under codes of markup, in one place."""
    lon, lat = SPOT
    asked = {"code": CODE_MARKUP, "name": MARKUP, "lon": lon, "lat": lat}
    connection.execute(
        text("""
        INSERT INTO building (code, name, address, community_code, households, use, footprint)
        SELECT :code, :name, :name, '230403001001', 7, :name, ST_Multi(ST_Buffer(
            ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 0.001))
        """),
        asked,
    )
    connection.execute(
        text("""
        INSERT INTO property_coverage (building_code, manager_code, covered)
        VALUES (:code, 'M1', '[2021-01-01,2022-01-01)')
        """),
        asked,
    )
    connection.execute(
        text("""
        INSERT INTO issue (ref, category, description, channel, reported_at, geom, grid_code)
        VALUES (:code, :name, :name, :name, now(), ST_SetSRID(ST_MakePoint(:lon, :lat), 4326),
                '230403001001002')
        """),
        asked,
    )


@pytest.fixture(scope="module")
def spoilt_service(databases: Databases, template: str) -> Iterator[Service]:
    """The district, served, with markup wherever a person or a file can put text."""
    url = databases.make(template)
    engine = db.connect(url)
    with Session(engine) as session:
        districts.build(session)
    with engine.begin() as connection:
        refused = spoil(connection)
        with_codes(connection)
    assert not {name for name in refused if not name.startswith(tuple(UNWRITABLE))}
    engine.dispose()
    with serve_database(url) as service:
        yield service


@pytest.fixture
def open_page(spoilt_service: Service, open_url) -> Callable[..., BrowserPage]:
    return lambda path: open_url(f"{spoilt_service.home}{path}")


def is_text_alone(browser_page: BrowserPage) -> None:
    """Markup made no element, and none of it ran."""
    assert browser_page.page.locator("img[onerror], img[src='x']").count() == 0
    assert browser_page.page.evaluate("() => window.hit") is None
    written = browser_page.page.locator("script:not([src]):not([type='application/json'])")
    assert all("window.hit" not in code for code in written.all_text_contents())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_coverage_page(open_page, language: str):
    browser_page = open_page(f"/maps/property-coverage?lang={language}")
    browser_page.page.locator("tbody tr").first.wait_for()
    assert MARKUP in browser_page.text("tbody") or language == "en"
    browser_page.set_view(*SPOT, 18)
    is_text_alone(browser_page)
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
    is_text_alone(browser_page)


def test_the_trail_and_the_areas(open_page):
    browser_page = open_page("/maps/property-coverage?lang=zh")
    for _ in range(3):
        browser_page.page.locator("tbody tr").first.click()
        browser_page.wait_until_rendered()
    assert MARKUP in browser_page.text(".trail")
    is_text_alone(browser_page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grids_page(open_page, language: str):
    browser_page = open_page(f"/maps/grids?lang={language}")
    browser_page.set_view(*place(35, 5), 15)
    browser_page.click_map(*place(35, 5))
    popup = browser_page.page.locator(".leaflet-popup")
    popup.wait_for()
    assert language == "en" or MARKUP in popup.inner_text()  # in English grids go by their code
    is_text_alone(browser_page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_issues_page(open_page, language: str):
    browser_page = open_page(f"/maps/issues?lang={language}")
    assert MARKUP in browser_page.text("#content")
    browser_page.set_view(*SPOT, 17)
    browser_page.click_map(*SPOT)
    popup = browser_page.page.locator(".leaflet-popup")
    popup.wait_for()
    assert popup.inner_text().count(MARKUP) >= 3
    is_text_alone(browser_page)


@pytest.mark.parametrize("page", ["property-coverage", "grids", "issues"])
def test_markup_in_the_address(open_page, page: str):
    names = ("at", "on", "then", "level", "in", "code", "not-use", "period", "measure")
    spoilt = "&".join(f"{name}={quote(MARKUP)}" for name in names)
    browser_page = open_page(f"/maps/{page}?lang=en#{spoilt}")
    is_text_alone(browser_page)
    browser_page.ignore_errors("404")  # there is no such area


def test_what_is_refused_names_markup_as_text_too(spoilt_service: Service, open_url, browser):
    page = browser.new_page()
    for path in (f"/maps/{quote(MARKUP, safe='')}", f"/maps/grids?area={quote(MARKUP)}"):
        answer = page.goto(f"{spoilt_service.home}{path}")
        assert answer.headers["content-type"] == "application/problem+json"
        assert page.evaluate("() => window.hit") is None
        assert page.locator("img[src='x']").count() == 0
    page.close()


def test_lists_give_markup_as_it_is_and_not_as_a_page(spoilt_service: Service, browser):
    page = browser.new_page()
    for path in ("buildings", "issues", "grids", "areas"):
        answer = page.request.get(f"{spoilt_service.home}/v1/{path}?limit=50")
        assert "html" not in answer.headers["content-type"]
        assert answer.headers.get("x-content-type-options") == "nosniff"
    page.close()
