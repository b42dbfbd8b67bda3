"""The building filter of the coverage page."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.sample_service import SCREENS, UNCOVERED, WEIMIN, Service

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", SCREENS)
def test_a_filter_hides_other_buildings_and_shows_how_many_match(
    open_page, sample_service: Service, screen: str
):
    code, lon, lat = sample_service.find_building(UNCOVERED)
    browser_page = open_page(screen=screen)
    browser_page.set_view(lon, lat, 17)
    browser_page.page.get_by_text("Filter buildings").press("Enter")
    browser_page.page.get_by_label("Never covered").press("Space")
    browser_page.page.get_by_label("Coverage lapsed").press("Space")
    message = browser_page.page.get_by_text(
        re.compile(r"Filtered: .* only the [\d,]+ matching buildings of Hegang")
    )
    expect(message).to_be_visible()
    browser_page.wait_until_rendered()
    codes_at_point = browser_page.page.evaluate(
        "() => Gridward.featuresAt(Gridward.layers.buildings._map, "
        f"{{lng: {lon}, lat: {lat}}}).map(({{props}}) => props.code)"
    )
    assert code not in codes_at_point
    browser_page.page.get_by_label("Built in or after").fill("2090")
    browser_page.page.get_by_label("Built in or after").press("Tab")
    expect(message).to_contain_text("only the 0 matching")
    browser_page.page.get_by_role("button", name="Show all").click()
    expect(browser_page.page.locator(".filtered")).to_have_text("")


def test_the_figures_and_the_table_are_filtered(open_page, sample_service: Service):
    browser_page = open_page()
    browser_page.page.get_by_role("button", name="District", exact=True).click()
    browser_page.page.get_by_text("Filter buildings").click()
    browser_page.page.get_by_label("Built in or after").fill("2000")
    browser_page.page.get_by_label("Built in or after").press("Tab")
    browser_page.page.get_by_label("Never covered").uncheck()
    with sample_service.engine.connect() as connection:
        expected = connection.execute(
            text("""
            SELECT left(community_code, 6), count(*), count(*) FILTER (WHERE today.id IS NULL)
            FROM building LEFT JOIN property_coverage AS today
                ON today.building_code = building.code AND today.covered @> current_date
            WHERE built_year >= 2000 AND (today.id IS NOT NULL OR EXISTS (
                SELECT FROM property_coverage AS was WHERE was.building_code = building.code
                AND upper(was.covered) <= current_date))
            GROUP BY 1
        """)
        ).all()
    for code, buildings, uncovered in expected:
        row = browser_page.page.locator(f"tbody tr[data-code='{code}']")
        expect(row.locator(".buildings")).to_have_text(f"{buildings:,}")
        expect(row.locator(".uncovered")).to_have_text(f"{uncovered:,}")
    total = sum(row[1] for row in expected)
    expect(browser_page.page.locator("#figures")).to_contain_text(f"Buildings (filtered){total:,}")
    browser_page.page.get_by_role("button", name="Show all").click()
    expect(browser_page.page.locator("#figures")).to_contain_text("Buildings4,253")


def query_rates_by_district(service: Service, built_from: int) -> dict[str, float]:
    """Query the coverage rate of buildings built since a year, by district."""
    with service.engine.connect() as connection:
        rows = connection.execute(
            text("""
            SELECT left(community_code, 6) AS code, count(today.id) / count(*)::float8 AS rate
            FROM building LEFT JOIN property_coverage AS today
                ON today.building_code = building.code AND today.covered @> current_date
            WHERE built_year >= :built_from GROUP BY 1
        """),
            {"built_from": built_from},
        )
        return {row.code: row.rate for row in rows}


def test_the_choropleth_and_the_legend_are_filtered(open_page, sample_service: Service):
    browser_page = open_page()
    browser_page.page.get_by_role("button", name="District", exact=True).click()
    rate_of = "(code) => Gridward.withFigures({code}, Gridward.state.on).rate"
    rates, all_rates = (query_rates_by_district(sample_service, year) for year in (2000, 0))
    browser_page.wait_until_rendered()
    for code, rate in all_rates.items():
        assert browser_page.page.evaluate(rate_of, code) == pytest.approx(rate)
    browser_page.page.get_by_text("Filter buildings").click()
    browser_page.page.get_by_label("Built in or after").fill("2000")
    browser_page.page.get_by_label("Built in or after").press("Tab")
    expect(browser_page.page.locator(".legend")).to_contain_text("Coverage rate (filtered)")
    expect(browser_page.page.locator(".filtered")).to_contain_text("colours count only")
    browser_page.wait_until_rendered()
    for code, rate in rates.items():
        assert browser_page.page.evaluate(rate_of, code) == pytest.approx(rate)
    browser_page.page.get_by_label("Built in or after").fill("2090")
    browser_page.page.get_by_label("Built in or after").press("Tab")
    browser_page.page.wait_for_function(f"() => ({rate_of})('{code}') === null")
    browser_page.page.get_by_role("button", name="Show all").click()
    expect(browser_page.page.locator(".legend")).not_to_contain_text("(filtered)")
    browser_page.wait_until_rendered()
    assert browser_page.page.evaluate(rate_of, code) == pytest.approx(all_rates[code])


def test_gained_and_lost_are_filtered(open_page):
    browser_page = open_page("property-coverage#then=2024-01-01&level=community")
    weimin = browser_page.page.locator(f"tbody tr[data-code='{WEIMIN}']")
    expect(weimin.locator(".gained")).to_have_text("15")
    browser_page.page.get_by_text("Filter buildings").click()
    browser_page.page.get_by_label("Built in or after").fill("2090")
    browser_page.page.get_by_label("Built in or after").press("Tab")
    expect(weimin.locator(".gained")).to_have_text("0")
    browser_page.page.get_by_role("button", name="Show all").click()
    expect(weimin.locator(".gained")).to_have_text("15")
