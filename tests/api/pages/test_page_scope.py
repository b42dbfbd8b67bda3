"""A page that is limited to an area shows the figures and buildings of that area alone."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser import BrowserPage
from tests.sample_service import WEIMIN, Service

pytestmark = pytest.mark.browser

XINGSHAN, JINSHAN = "230407", "230407003"
"""A district with much land and few buildings, and a subdistrict of it."""
CODES = """async (url) => {
  const codes = [];
  for (let next = url; next; ) {
    const page = await (await fetch(next)).json();
    codes.push(...page.features.map((feature) => feature.properties.code));
    next = page.links.find((link) => link.rel === "next")?.href;
  }
  return codes;
}"""


def shown_figures(browser_page: BrowserPage) -> list[str]:
    return browser_page.page.locator("#figures dd").all_inner_texts()


@pytest.mark.parametrize("area", [XINGSHAN, JINSHAN, WEIMIN])
def test_the_headline_of_an_area_has_its_figures(open_page, area):
    browser_page = open_page(f"property-coverage?area={area}")
    browser_page.wait_until_rendered()
    level = {6: "district", 9: "subdistrict", 12: "community"}[len(area)]
    [row] = browser_page.page.evaluate(
        "async (url) => (await fetch(url)).json()",
        f"/v1/property-coverage?by={level}&area={area}",
    )
    expect(browser_page.page.locator("#figures dd").first).to_have_text(f"{row['buildings']:,}")
    assert shown_figures(browser_page)[2] == f"{row['uncovered']:,}"
    assert row["buildings"] > 0
    levels = browser_page.page.evaluate("() => Gridward.config.levels")
    assert levels[0] == level


@pytest.mark.parametrize("area", [XINGSHAN, WEIMIN])
def test_all_uncovered_buildings_of_an_area_are_listed_and_no_others(open_page, area):
    browser_page = open_page(f"property-coverage#in={area}")
    page = browser_page.page
    page.wait_for_function("(area) => Gridward.state.scope === area", arg=area)
    browser_page.wait_until_rendered()
    page.locator(".levels").get_by_role("button", name="Building", exact=True).click()
    page.wait_for_function(
        "() => Gridward.layers.shade._map.getZoom() >= Gridward.mapStyle.zooms.dots"
    )
    browser_page.wait_until_rendered()
    expect(page.locator("thead th.standing")).to_be_visible()
    expect(page.locator("tbody tr").first).to_be_visible()
    listed = page.locator("tbody tr").evaluate_all("(rows) => rows.map((row) => row.dataset.code)")
    own = page.evaluate(CODES, f"/v1/buildings?area={area}&covered=false&limit=10")
    assert len(own) > 10
    assert sorted(listed) == sorted(own)


def test_the_headline_of_the_grids_page_follows_the_chosen_area(open_page, sample_service: Service):
    browser_page = open_page("grids#level=community")
    page = browser_page.page
    page.locator(f"tbody tr[data-code='{WEIMIN}'] button").click()
    with sample_service.engine.connect() as connection:
        grids = connection.scalar(
            text("SELECT count(*) FROM micro_grid WHERE upper_inf(in_force) AND code LIKE :area"),
            {"area": f"{WEIMIN}%"},
        )
        [buildings, households] = connection.execute(
            text("SELECT count(*), sum(households) FROM building WHERE community_code = :area"),
            {"area": WEIMIN},
        ).one()
    expect(page.locator("h1")).to_have_text("Weimin Community")
    expect(page.locator("#figures dd").first).to_have_text(str(grids))
    assert shown_figures(browser_page)[1:3] == [str(buildings), f"{households:,}"]
    expect(page.locator("tfoot th")).to_have_text(f"Total ({grids})")
    expect(page.locator("tfoot td.buildings")).to_have_text(str(buildings))
    expect(page.locator("tfoot td.households")).to_have_text(f"{households:,}")


def test_a_headline_that_cannot_be_loaded_shows_no_figures(open_page):
    browser_page = open_page("property-coverage")
    page = browser_page.page
    page.route("**/v1/property-coverage?**", lambda route: route.abort())
    page.get_by_role("button", name="Previous month").click()
    expect(page.locator("#figures dd").first).to_have_text("–")
    assert set(shown_figures(browser_page)) == {"–"}
    expect(page.locator("#finding")).to_have_text("")
    expect(page.locator(".panel .note").first).to_contain_text("Could not load data")
    expect(page.locator("tbody tr, tfoot tr")).to_have_count(0)
    browser_page.ignore_errors("net::ERR_FAILED")
