"""The size limits on the redraw table, and the order of the findings."""

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from geo.accounts import accounts
from geo.models import Role
from tests.api.pages.redraw.town_table import COMMUNITY, TownTable
from tests.redraw_service import TownService

pytestmark = pytest.mark.browser


def test_limits_are_shown_and_set_on_the_page(table: TownTable, town: TownService):
    findings = table.open_tab("Findings")
    limits = findings.locator(".limits")
    expect(limits).to_contain_text("no limits")
    limits.get_by_role("button", name="Change…").click()
    dialog = table.page.get_by_role("dialog")
    areas = dialog.get_by_label("They apply to").locator("option").all_inner_texts()
    assert [text.rpartition(" ")[2] for text in areas] == [
        f"({COMMUNITY[:length]})" for length in (12, 9, 6, 4)
    ]
    dialog.get_by_label("They apply to").select_option(COMMUNITY[:6])
    dialog.get_by_label("Buildings, at most").fill("5")
    table.page.keyboard.press("Enter")
    expect(limits).to_contain_text("at most 5 buildings")
    expect(limits).to_contain_text("set for 区401")
    expect(findings.locator("li")).to_have_count(4)  # each grid has six buildings
    expect(findings.locator("li").first).to_contain_text("6 buildings, at most 5")
    (stored,) = town.request("chen", "GET", "/v1/limits")
    assert (stored["area_code"], stored["most_buildings"]) == (COMMUNITY[:6], 5)


def test_findings_are_sorted_by_size(open_table, town: TownService):
    body = {"least_households": 100_000}
    town.request("chen", "POST", f"/v1/limits?area={COMMUNITY}", json=body)
    table = open_table()
    table.open_community()
    findings = table.open_tab("Findings")
    expect(findings.locator("li")).to_have_count(4)
    findings.get_by_label("Sort by").select_option("Size")
    texts = findings.locator("li small").all_inner_texts()
    sizes = [int(text.split(" · ")[-2].split()[0].replace(",", "")) for text in texts]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 1


def test_a_viewer_sees_the_limits_without_a_button(open_table, town: TownService):
    with Session(town.engine) as session, session.begin():
        accounts.add(session, "lin", Role.VIEWER)
    table = open_table(cookies=[town.cookie("lin")])
    table.open_community()
    limits = table.open_tab("Findings").locator(".limits")
    expect(limits).to_contain_text("no limits")
    assert limits.get_by_role("button").count() == 0
