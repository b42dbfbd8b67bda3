"""The tables of the panel fit it in both languages, without scrolling sideways."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TABLES = {
    "comparison": ("#then=2024-01-01&level=community", "tbody td.before"),
    "buildings": ("#level=building", "tbody td.former_manager"),
}
OVERFLOWING = """() => [...document.querySelectorAll(".rows, .rows :is(th, td, button, span)")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.textContent)"""
"""Returns the texts of cells, headings and tables that are wider than their place."""


@pytest.mark.parametrize("screen", ["laptop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("table", TABLES)
def test_a_table_fits_the_panel_with_all_columns(open_page, table, language, screen):
    link, cell = TABLES[table]
    browser_page = open_page(f"property-coverage?lang={language}{link}", screen)
    page = browser_page.page
    expect(page.locator(cell).first).to_be_visible()
    browser_page.wait_until_rendered()
    columns = page.locator("thead th").count()
    assert columns == {"comparison": 6, "buildings": 4}[table]
    if screen == "laptop":
        assert page.locator(".panel").bounding_box()["width"] == pytest.approx(340, abs=2)
    assert page.evaluate(OVERFLOWING) == []
    if screen == "laptop" and table == "buildings":
        heading = page.locator("thead .households > *").bounding_box()
        assert heading["height"] < 32, "no word of a heading is broken"
