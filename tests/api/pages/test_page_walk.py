"""A walk through a page: headline, table, list and export always count the same buildings."""

from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.api.exports.reading import read_csv
from tests.browser import BrowserPage
from tests.sample_service import WEIMIN, Service

pytestmark = pytest.mark.browser

XINGSHAN = "230407"
EARLIER = "2024-01-01"
STEP_MS = 1700
"""Changes within 1.5 s share one history entry."""
COUNT = text("""
    SELECT count(*), count(*) FILTER (WHERE today.id IS NULL)
    FROM building LEFT JOIN property_coverage AS today
        ON today.building_code = building.code AND today.covered @> CAST(:on AS date)
    WHERE left(community_code, length(:area)) = :area
        AND coalesce(built_year, 0) <= date_part('year', CAST(:on AS date))
        AND (retired_on IS NULL OR retired_on > CAST(:on AS date))
        AND (:built_from = 0 OR built_year >= :built_from)
""")

MEDIAN_YEAR = text("""
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY built_year) FROM building
    WHERE community_code = :area AND NOT EXISTS (
        SELECT FROM property_coverage WHERE building_code = code AND covered @> current_date)
""")


@dataclass(frozen=True)
class Counted:
    """What a page should count."""

    area: str
    name: str
    on: str
    built_from: int = 0
    lists_buildings: bool = False

    def query(self, service: Service) -> tuple[int, int]:
        """Count buildings, and those uncovered, in the database."""
        params = {"area": self.area, "on": self.on, "built_from": self.built_from}
        with service.engine.connect() as connection:
            return tuple(connection.execute(COUNT, params).one())


def export(browser_page: BrowserPage, key: str):
    link = browser_page.page.locator(f"[data-export={key}]").get_by_role("link", name="CSV")
    response = browser_page.page.request.get(f"{browser_page.home}{link.get_attribute('href')}")
    assert response.ok, response.text()
    return read_csv(response.body())


def require(browser_page: BrowserPage, service: Service, counted: Counted) -> None:
    """Fail unless every part of the page counts the same buildings as the database."""
    page, (buildings, uncovered) = browser_page.page, counted.query(service)
    expect(page.locator("h1")).to_have_text(counted.name)
    expect(page.locator("#figures dd").nth(0)).to_have_text(f"{buildings:,}")
    expect(page.locator("#figures dd").nth(2)).to_have_text(f"{uncovered:,}")
    expect(page.locator("#finding")).to_contain_text(f"{counted.name}, ")
    expect(page.locator("#finding")).to_contain_text(f"{uncovered:,} of ")
    assert page.title() == f"{counted.name} · Property coverage"
    exported = export(browser_page, "uncovered_buildings").rows
    assert len(exported) == uncovered > 0
    if counted.lists_buildings:
        expect(page.locator("tfoot th")).to_have_text(f"Total ({uncovered:,})")
        expect(page.locator("tbody tr")).to_have_count(uncovered)
        rows = page.locator("tbody tr")
        listed = rows.evaluate_all("(rows) => rows.map((row) => row.dataset.code)")
        assert sorted(listed) == sorted(row[0] for row in exported)
    else:
        expect(page.locator("tfoot td.buildings")).to_have_text(f"{buildings:,}")
        expect(page.locator("tfoot td.uncovered")).to_have_text(f"{uncovered:,}")
        table = export(browser_page, "export_table")
        column = table.headers.index("Buildings"), table.headers.index("Uncovered buildings")
        sums = [sum(int(row[at]) for row in table.rows) for at in column]
        assert sums == [buildings, uncovered]


def click_row(page: Page, code: str) -> None:
    page.wait_for_timeout(STEP_MS)
    page.locator(f"tbody tr[data-code='{code}'] button").click()


def test_every_part_of_a_page_counts_the_same_buildings_all_along_a_walk(
    open_page, sample_service: Service
):
    browser_page = open_page()
    page = browser_page.page
    today = page.evaluate("() => Gridward.config.on")
    with sample_service.engine.connect() as connection:
        year = connection.execute(MEDIAN_YEAR, {"area": WEIMIN}).scalar_one()
    city = Counted("2304", "Hegang", today)
    require(browser_page, sample_service, city)
    page.get_by_role("button", name="District", exact=True).click()
    require(browser_page, sample_service, city)
    click_row(page, XINGSHAN)
    district = replace(city, area=XINGSHAN, name="Xingshan District")
    require(browser_page, sample_service, district)
    page.locator(".levels").get_by_role("button", name="Community").click()
    click_row(page, WEIMIN)
    community = replace(city, area=WEIMIN, name="Weimin Community")
    require(browser_page, sample_service, community)
    page.locator(".levels").get_by_role("button", name="Building").click()
    buildings = replace(community, lists_buildings=True)
    require(browser_page, sample_service, buildings)
    page.wait_for_timeout(STEP_MS)
    page.get_by_text("Filter buildings").press("Enter")
    page.get_by_label("Built in or after").fill(str(year))
    page.get_by_label("Built in or after").press("Tab")
    filtered = replace(buildings, built_from=year)
    require(browser_page, sample_service, filtered)
    expect(page.locator(".filtered")).to_contain_text("matching buildings of Weimin Community")
    page.wait_for_timeout(STEP_MS)
    page.get_by_label("Choose a date").fill(EARLIER)
    require(browser_page, sample_service, replace(filtered, on=EARLIER))
    page.wait_for_timeout(STEP_MS)
    page.go_back()
    require(browser_page, sample_service, filtered)
    page.go_back()
    require(browser_page, sample_service, buildings)
    page.locator(".trail button").first.click()
    require(browser_page, sample_service, replace(city, lists_buildings=True))


def test_later_pages_of_the_list_are_loaded_on_demand(open_page):
    """A list of a million buildings has many pages; here a page has 200 rows."""
    browser_page = open_page("property-coverage#level=district")
    page = browser_page.page
    page.route(
        "**/v1/buildings?**", lambda route: route.continue_(url=f"{route.request.url}&limit=200")
    )
    page.get_by_role("button", name="Building", exact=True).click()
    rows = page.locator("tbody tr")
    for shown in (200, 400):
        expect(page.locator(".panel .note").first).to_contain_text(f"{shown} of 595 shown")
        expect(rows).to_have_count(shown)
        expect(page.locator("tfoot th")).to_have_text("Total (595)")
        page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(595)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    listed = rows.evaluate_all("(rows) => rows.map((row) => row.dataset.code)")
    exported = export(browser_page, "uncovered_buildings").rows
    assert sorted(listed) == sorted(row[0] for row in exported)
