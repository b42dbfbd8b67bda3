"""Painting buildings by touch, with a wide brush, and while an earlier stroke is being sent."""

import pytest
from playwright.sync_api import Route, expect

from tests.api.pages.redraw.town_table import COMMUNITY, TownTable
from tests.redraw_service import TownService

pytestmark = pytest.mark.browser

BUILDING, NEXT_BUILDING = (1.5, 0.08), (1.5, 0.25)
"""Of grid 002."""


class Fingers:
    """Fingers on the touch screen of a page."""

    def __init__(self, table: TownTable) -> None:
        self.session = table.page.context.new_cdp_session(table.page)
        self.session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def select_brush(table: TownTable) -> None:
    table.row("001").locator(".pick").click()
    table.choose_tool("Paint buildings")


def test_one_finger_paints_and_two_fingers_move_the_map(table: TownTable, town: TownService):
    select_brush(table)
    fingers = Fingers(table)
    start, end = table.position(*BUILDING), table.position(*NEXT_BUILDING)
    fingers.send("touchStart", start)
    fingers.send("touchStart", start, (start[0] + 100, start[1]))
    for step in range(1, 6):
        moved = [(start[0] + x, start[1] - 20 * step) for x in (0, 100)]
        fingers.send("touchMove", *moved)
    fingers.send("touchEnd")
    table.page.wait_for_timeout(500)
    assert table.position(*BUILDING) != pytest.approx(start, abs=30)
    assert not town.operations(1)
    table.open_community()
    table.row("001").locator(".pick").click()
    fingers.send("touchStart", start)
    for part in (0.2, 0.5, 1):
        at = [a + (b - a) * part for a, b in zip(start, end, strict=True)]
        fingers.send("touchMove", (at[0], at[1]))
    fingers.send("touchEnd")
    expect(table.row("001").locator("td.n").first).to_contain_text("+2")
    (step,) = town.operations(1)
    assert (step["to"], len(step["buildings"])) == (f"{COMMUNITY}001", 2)


def test_a_wider_brush_reaches_more_buildings(table: TownTable, town: TownService):
    select_brush(table)
    wide = table.page.get_by_role("button", name="Wide")
    table.page.keyboard.press("]")
    table.page.keyboard.press("]")
    table.page.keyboard.press("]")
    assert wide.get_attribute("aria-pressed") == "true"
    x, y = table.position(1.5, 0.165)  # between two buildings, over neither
    table.page.mouse.move(x, y)
    ring = table.page.locator(".brush-ring").bounding_box()
    assert (ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2) == pytest.approx(
        (x, y), abs=1
    )
    table.page.mouse.click(x, y)
    expect(table.row("001").locator("td.n").first).to_contain_text("+2")
    table.page.keyboard.press("[")
    assert wide.get_attribute("aria-pressed") == "false"


def test_strokes_during_a_slow_one_are_sent_together_and_undone_at_once(
    table: TownTable, town: TownService
):
    select_brush(table)
    waiting: list[Route] = []
    table.page.route("**/v1/plans/1/operations", lambda route: waiting.append(route))
    with table.page.expect_request("**/v1/plans/1/operations"):
        table.click(1.5, 0.08)
    table.click(1.5, 0.25)
    table.click(1.5, 0.41)
    table.page.keyboard.press("Control+z")  # removes both strokes that wait
    table.click(1.5, 0.25)
    assert len(waiting) == 1
    table.page.unroute("**/v1/plans/1/operations")
    waiting[0].continue_()
    expect(table.row("001").locator("td.n").first).to_contain_text("+2")
    assert [len(step["buildings"]) for step in town.operations(1)] == [1, 1]
