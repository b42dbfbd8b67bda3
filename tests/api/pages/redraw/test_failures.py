"""What the redraw table shows when requests to the service fail."""

import pytest
from playwright.sync_api import Route, expect

from tests.api.pages.redraw.town_table import TownTable
from tests.redraw_service import TownService

pytestmark = pytest.mark.browser

PROBLEM = '{"code": "database_unavailable", "detail": "No database.", "hint": "Try again."}'


def fail(route: Route) -> None:
    route.fulfill(status=503, body=PROBLEM, content_type="application/problem+json")


def test_a_publication_whose_result_cannot_be_loaded_is_reported_as_published(
    table: TownTable, town: TownService
):
    table.rename("001", "First")
    expect(table.row("001")).to_contain_text("First")
    table.page.route("**/v1/plans/1", fail)
    table.page.get_by_role("button", name="Publish").click()
    table.page.keyboard.press("Enter")
    message = table.page.locator("#said")
    expect(message).to_contain_text("Published as revision 2, in force from")
    expect(message).to_contain_text("No database. Try again.")
    assert town.plan(1)["revision"] == 2
    assert table.page.get_by_role("button", name="Split").is_disabled()
    table.page.unroute("**/v1/plans/1", fail)
    message.get_by_role("button", name="Load latest version").click()
    expect(message).to_be_hidden()
    table.browser_page.errors.clear()  # the browser reports the 503 itself


def test_coordinates_that_cannot_be_looked_up_show_the_reason(table: TownTable):
    table.page.route("**/v1/lookup?*", fail)
    table.page.get_by_role("combobox").fill("130.21,47.29")
    table.page.get_by_role("option").first.wait_for()
    table.page.keyboard.press("Enter")
    expect(table.page.locator("#said")).to_contain_text("Could not load data: 503")
    table.browser_page.errors.clear()  # the browser reports the 503 itself
