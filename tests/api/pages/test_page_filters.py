"""Buildings filtered on the coverage page of the real service: what follows, and what says so."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.sample_service import SCREENS, UNCOVERED, WEIMIN, Service

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", SCREENS)
def test_a_filter_leaves_only_what_was_asked_for_and_says_so(
    open_page, sample_service: Service, screen: str
):
    code, lon, lat = sample_service.find_building(UNCOVERED)
    shown = open_page(screen=screen)
    shown.set_view(lon, lat, 17)
    shown.page.get_by_text("Filter buildings").press("Enter")
    shown.page.get_by_label("Never covered").press("Space")
    shown.page.get_by_label("Coverage lapsed").press("Space")
    said = shown.page.get_by_text(re.compile(r"Filtered: \d+ of \d+ buildings in view"))
    expect(said).to_be_visible()
    shown.wait_until_rendered()
    seen = shown.page.evaluate(
        "() => Gridward.at(Gridward.layers.buildings._map, "
        f"{{lng: {lon}, lat: {lat}}}).map(({{props}}) => props.code)"
    )
    assert code not in seen
    shown.page.get_by_label("Built in or after").fill("2090")
    shown.page.get_by_label("Built in or after").press("Tab")
    expect(said).to_contain_text("Filtered: 0 of")
    shown.page.get_by_role("button", name="Show all").click()
    expect(shown.page.locator(".filtered")).to_have_text("")


def test_figures_and_table_follow_the_filter(open_page, sample_service: Service):
    shown = open_page()
    shown.page.get_by_role("button", name="District", exact=True).click()
    shown.page.get_by_text("Filter buildings").click()
    shown.page.get_by_label("Built in or after").fill("2000")
    shown.page.get_by_label("Built in or after").press("Tab")
    shown.page.get_by_label("Never covered").uncheck()
    with sample_service.engine.connect() as connection:
        by_hand = connection.execute(
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
    for code, buildings, uncovered in by_hand:
        row = shown.page.locator(f"tbody tr[data-code='{code}']")
        expect(row.locator(".buildings")).to_have_text(f"{buildings:,}")
        expect(row.locator(".uncovered")).to_have_text(f"{uncovered:,}")
    total = sum(row[1] for row in by_hand)
    expect(shown.page.locator("#figures")).to_contain_text(f"Buildings (filtered){total:,}")
    shown.page.get_by_role("button", name="Show all").click()
    expect(shown.page.locator("#figures")).to_contain_text("Buildings4,253")


def chosen_in_districts(service: Service) -> dict[str, float]:
    """Coverage rates of the buildings built since 2000, by district, counted by hand."""
    with service.engine.connect() as connection:
        rows = connection.execute(
            text("""
            SELECT left(community_code, 6) AS code, count(today.id) / count(*)::float8 AS rate
            FROM building LEFT JOIN property_coverage AS today
                ON today.building_code = building.code AND today.covered @> current_date
            WHERE built_year >= 2000 GROUP BY 1
        """)
        )
        return {row.code: row.rate for row in rows}


def test_shades_follow_the_filter_and_the_legend_says_so(open_page, sample_service: Service):
    shown = open_page()
    shown.page.get_by_role("button", name="District", exact=True).click()
    told = "(code) => Gridward.told({code, rate: 2}, Gridward.state.on).rate"
    rates = chosen_in_districts(sample_service)
    assert {shown.page.evaluate(told, code) for code in rates} == {2}
    shown.page.get_by_text("Filter buildings").click()
    shown.page.get_by_label("Built in or after").fill("2000")
    shown.page.get_by_label("Built in or after").press("Tab")
    expect(shown.page.locator(".legend")).to_contain_text("Coverage rate (filtered)")
    expect(shown.page.locator(".filtered")).to_contain_text("figures and shades")
    code = next(iter(rates))
    shown.page.wait_for_function(f"() => ({told})('{code}') !== null")
    for code, rate in rates.items():
        assert shown.page.evaluate(told, code) == pytest.approx(rate)
    shown.page.get_by_label("Built in or after").fill("2090")
    shown.page.get_by_label("Built in or after").press("Tab")
    shown.page.wait_for_function(f"() => ({told})('{code}') === null")
    shown.page.get_by_role("button", name="Show all").click()
    expect(shown.page.locator(".legend")).not_to_contain_text("(filtered)")
    assert shown.page.evaluate(told, code) == 2


def test_gained_and_lost_follow_the_filter(open_page):
    shown = open_page("property-coverage#then=2024-01-01&level=community")
    weimin = shown.page.locator(f"tbody tr[data-code='{WEIMIN}']")
    expect(weimin.locator(".gained")).to_have_text("15")
    shown.page.get_by_text("Filter buildings").click()
    shown.page.get_by_label("Built in or after").fill("2090")
    shown.page.get_by_label("Built in or after").press("Tab")
    expect(weimin.locator(".gained")).to_have_text("0")
    shown.page.get_by_role("button", name="Show all").click()
    expect(weimin.locator(".gained")).to_have_text("15")
