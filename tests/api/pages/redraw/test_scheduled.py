"""Plans of a community in which another plan is published for a later day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.api.pages.redraw.town_table import COMMUNITY
from tests.redraw_service import TownService

pytestmark = pytest.mark.browser


def city_time(moment: datetime) -> str:
    """Return a moment as the field for a time in the city has it."""
    return f"{moment.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}"


def publish_for_later(town: TownService, at: datetime) -> None:
    """Publish a plan of another author."""
    number = town.create_plan("Theirs", "wang")
    rename = {"kind": "rename", "code": f"{COMMUNITY}002", "name": "Second"}
    town.post("wang", number, "operations", rename)
    town.post("wang", number, "publish", {"at": at.isoformat()})


def test_a_plan_follows_one_that_is_published_for_a_later_day(town: TownService, open_table):
    later = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=3)
    publish_for_later(town, later)
    number = town.create_plan("Ours", "chen")
    table = open_table(f"/redraw/{number}")
    table.open_community()
    table.rename("001", "First")
    expect(table.row("001")).to_contain_text("First")
    table.page.get_by_role("button", name="Publish").click()
    dialog = table.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Revision 2 (Theirs) changes")
    time = dialog.get_by_label("In force from")
    assert time.input_value() == city_time(later + timedelta(minutes=1))
    time.fill(city_time(later - timedelta(days=1)))
    table.page.keyboard.press("Enter")
    assert dialog.is_visible()  # the browser says which moment is the earliest
    time.fill(city_time(later + timedelta(days=1)))
    table.page.keyboard.press("Enter")
    expect(table.page.locator("#said")).to_contain_text("Published as revision 3")


def test_an_outdated_plan_says_when_the_other_one_comes_into_force(town: TownService, open_table):
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    table = open_table()  # before the other one is published
    table.open_community()
    table.rename("001", "First")
    expect(table.row("001")).to_contain_text("First")
    publish_for_later(town, later)
    table.page.get_by_role("button", name="Publish").click()
    table.page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    dialog = table.page.get_by_role("dialog", name="The grids in force have changed")
    expect(dialog).to_contain_text(
        f"by wang in revision 2 ('Theirs', in force from {later.isoformat()})"
    )
    table.browser_page.errors.clear()  # the browser reports the 409 itself
