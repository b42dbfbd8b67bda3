"""What coordinators do at the redraw table of the real service, from sign-in to publication."""

from pathlib import Path

import pytest
import shapely
from playwright.sync_api import expect
from shapely.ops import split

from tests.api.redraw_tables import ground
from tests.sample_service import Service

pytestmark = [pytest.mark.browser, pytest.mark.long]

WEIMIN = "230407003002"
SECOND, THIRD, FOURTH = "230407003001", "230407003003", "230407002001"
MARKUP = "<img src=x onerror=alert(1)> & <b>bold</b>"


def across(grids: dict[str, shapely.Geometry]) -> tuple[str, list[tuple[float, float]]]:
    """A grid, and a line from west to east that parts it in two."""
    for number, shape in grids.items():
        west, south, east, north = shape.bounds
        y = (south + north) / 2
        line = [(west - (east - west) / 20, y), (east + (east - west) / 20, y)]
        if len(split(shape, shapely.LineString(line)).geoms) == 2:
            return number, line
    raise AssertionError("no grid can be cut straight across")


def neighbours(grids: dict[str, shapely.Geometry], but: str = "") -> tuple[str, str]:
    """Two grids with the longest common border."""
    pairs = [(a, b) for a in grids for b in grids if a < b and but not in (a, b)]
    return max(pairs, key=lambda pair: grids[pair[0]].intersection(grids[pair[1]]).length)


def test_a_plan_goes_from_its_beginning_to_the_map(seat, city: Service, tmp_path: Path):
    grids = ground(city, WEIMIN)
    number, line = across(grids)
    one, other = neighbours(grids, but=number)
    third = next(code for code in grids if code not in (number, one, other))
    chen = seat("chen")
    table = chen.begin(MARKUP, WEIMIN)
    page = table.page
    page.screenshot(path=tmp_path / "opened.png")
    expect(page.locator("#plan-title")).to_have_text(MARKUP)

    table.tool("Split")
    table.pick(number)
    table.line(*line)
    table.row("007").wait_for()
    page.screenshot(path=tmp_path / "split.png")
    table.tool("Merge")
    page.keyboard.press("Escape")
    table.pick(one, other)
    page.get_by_role("button", name="Merge 2 grids").click()
    expect(page.locator("tr.gone")).to_contain_text(other)
    table.rename(third, MARKUP)
    expect(table.row(third)).to_contain_text(MARKUP)
    page.keyboard.press("Control+z")
    expect(table.row(third)).not_to_contain_text(MARKUP)
    page.keyboard.press("Control+Shift+Z")
    expect(table.row(third)).to_contain_text(MARKUP)

    table.tool("Grids in force")
    page.screenshot(path=tmp_path / "compared.png")
    table.tool("Grids in force")
    impact = table.tab("Impact")
    expect(impact).to_contain_text(f"{other} → {one}")
    page.screenshot(path=tmp_path / "impact.png")
    table.tab("Findings")
    page.screenshot(path=tmp_path / "findings.png")
    comments = table.tab("Comments")
    comments.get_by_label("Your comment").fill(MARKUP)
    comments.get_by_role("button", name="Add comment").click()
    expect(comments.locator("li")).to_contain_text(MARKUP)

    page.goto(f"{city.home}/redraw")
    page.get_by_role("link", name=MARKUP).wait_for()
    page.screenshot(path=tmp_path / "list.png")
    page.get_by_role("link", name=MARKUP).click()
    table.row("007").wait_for()
    assert page.get_by_role("button", name="Undo (3)").is_enabled()
    expect(table.tab("Comments").locator("li")).to_contain_text(MARKUP)
    assert page.locator("img[src=x]").count() == 0

    table.publish(MARKUP)
    expect(page.locator("#said")).to_contain_text("Published as revision 2")
    page.screenshot(path=tmp_path / "published.png")
    assert {*ground(city, WEIMIN)} == {*grids, "007"} - {other}
    shown = chen.open("/maps/grids")
    shown.settle()
    lon, lat = ground(city, WEIMIN)["007"].representative_point().coords[0]
    shown.look(lon, lat, 17)
    seen = shown.page.evaluate(
        "([lon, lat]) => Gridward.at(Gridward.layers.grids._map, {lng: lon, lat})"
        ".map(({props}) => props.code)",
        [lon, lat],
    )
    assert f"{WEIMIN}007" in seen
    shown.page.screenshot(path=tmp_path / "map.png")


def test_a_second_tab_is_told_and_repeats_its_step(seat):
    chen = seat("chen")
    first = chen.begin("Two tabs", SECOND)
    second = chen.table(first.path, SECOND)
    first.rename("001", "First")
    expect(first.row("001")).to_contain_text("First")
    second.rename("002", "Second")
    expect(second.page.get_by_role("dialog")).to_contain_text("Nothing was written over")
    second.shown.faults.clear()  # the browser reports the 412 itself
    second.page.get_by_role("button", name="Show it and repeat my step").click()
    expect(second.row("002")).to_contain_text("Second")
    expect(second.row("001")).to_contain_text("First")


def test_who_comes_second_is_told_by_whom_and_goes_on_from_there(seat, city: Service):
    one, other = neighbours(ground(city, THIRD))
    table = seat("chen").begin("Names", THIRD)
    table.rename(one, "One")
    expect(table.row(one)).to_contain_text("One")
    table.rename(other, "Other")
    expect(table.row(other)).to_contain_text("Other")
    theirs = seat("wang").begin("Merged", THIRD)
    theirs.tool("Merge")
    theirs.pick(one, other)
    theirs.page.get_by_role("button", name="Merge 2 grids").click()
    expect(theirs.page.locator("tr.gone")).to_contain_text(other)
    theirs.publish("Merged")
    expect(theirs.page.locator("#said")).to_contain_text("Published as revision")
    table.publish("Names")
    asked = table.page.get_by_role("dialog", name="The grids in force have changed")
    expect(asked).to_contain_text(f"changed community {THIRD} by wang in revision")
    table.shown.faults.clear()  # the browser reports the 409 itself
    asked.get_by_role("button", name="Take them again").click()
    told = table.page.get_by_role("dialog", name="Some steps no longer apply")
    expect(told).to_contain_text(f"Rename {other}: Other")
    table.page.keyboard.press("Enter")
    expect(table.row(one)).to_contain_text("One")
    table.publish("Names")
    expect(table.page.locator("#said")).to_contain_text("Published as revision")


def test_from_a_step_to_its_picture_it_takes_less_than_300_ms(seat, city: Service):
    number, line = across(ground(city, FOURTH))
    table = seat("chen", (1920, 1080)).begin("Fast", FOURTH)
    table.tool("Split")
    table.pick(number)
    table.line(*line)
    expect(table.page.get_by_role("button", name="Undo (1)")).to_be_enabled()
    for turn in range(8):
        table.page.keyboard.press("Control+Shift+Z" if turn % 2 else "Control+z")
        label = "Undo (1)" if turn % 2 else "Redo (1)"
        expect(table.page.get_by_role("button", name=label)).to_be_enabled()
    for turn in range(6):
        table.rename(number, f"Name {turn}")
        expect(table.row(number)).to_contain_text(f"Name {turn}")
    table.page.wait_for_timeout(200)
    took = table.measured()
    print([round(one) for one in took])
    assert len(took) == 15
    assert took[7] < 300
