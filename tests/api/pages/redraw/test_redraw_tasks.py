"""Redrawing the sample city, from sign-in to publication."""

from pathlib import Path

import pytest
import shapely
from playwright.sync_api import expect
from shapely.ops import split

from tests.api.redraw_tables import RedrawTable, grids_in_force
from tests.browser import BrowserPage
from tests.sample_service import Service

pytestmark = [pytest.mark.browser, pytest.mark.long]

WEIMIN = "230407003002"
SECOND, THIRD, FOURTH = "230407003001", "230407003003", "230407002001"
MARKUP = "<img src=x onerror=alert(1)> & <b>bold</b>"


def grid_to_split(grids: dict[str, shapely.Geometry]) -> tuple[str, list[tuple[float, float]]]:
    """Return a grid, and a line from west to east that splits it in two."""
    for number, geometry in grids.items():
        west, south, east, north = geometry.bounds
        y = (south + north) / 2
        line = [(west - (east - west) / 20, y), (east + (east - west) / 20, y)]
        if len(split(geometry, shapely.LineString(line)).geoms) == 2:
            return number, line
    raise AssertionError("no grid can be split by a straight line")


def neighbours(grids: dict[str, shapely.Geometry], exclude: str = "") -> tuple[str, str]:
    """Return the two grids with the longest shared border."""
    pairs = [(a, b) for a in grids for b in grids if a < b and exclude not in (a, b)]
    return max(pairs, key=lambda pair: grids[pair[0]].intersection(grids[pair[1]]).length)


def test_a_plan_is_created_published_and_shown_on_the_map(sign_in, city: Service, tmp_path: Path):
    grids = grids_in_force(city, WEIMIN)
    number, line = grid_to_split(grids)
    one, other = neighbours(grids, exclude=number)
    third = next(code for code in grids if code not in (number, one, other))
    chen = sign_in("chen")
    table = chen.create_plan(MARKUP, WEIMIN)
    expect(table.page.locator("#plan-title")).to_have_text(MARKUP)

    split_grid(table, number, line)
    merge_grids(table, one, other)
    rename_undo_and_redo(table, third)
    table.page.screenshot(path=tmp_path / "edited.png")
    check_panels(table, one, other, tmp_path)
    reopen_from_list(table, city, tmp_path)

    table.publish(MARKUP)
    expect(table.page.locator("#said")).to_contain_text("Published as revision 2")
    table.page.screenshot(path=tmp_path / "published.png")
    after = grids_in_force(city, WEIMIN)
    assert {*after} == {*grids, "007"} - {other}
    map_page = chen.open("/maps/grids")
    lon, lat = after["007"].representative_point().coords[0]
    assert f"{WEIMIN}007" in codes_on_map(map_page, lon, lat)
    map_page.page.screenshot(path=tmp_path / "map.png")


def split_grid(table: RedrawTable, number: str, line: list[tuple[float, float]]) -> None:
    table.choose_tool("Split")
    table.pick(number)
    table.draw_line(*line)
    table.row("007").wait_for()


def merge_grids(table: RedrawTable, one: str, other: str) -> None:
    table.choose_tool("Merge")
    table.page.keyboard.press("Escape")
    table.pick(one, other)
    table.page.get_by_role("button", name="Merge 2 grids").click()
    expect(table.page.locator("tr.gone")).to_contain_text(other)


def rename_undo_and_redo(table: RedrawTable, number: str) -> None:
    table.rename(number, MARKUP)
    expect(table.row(number)).to_contain_text(MARKUP)
    table.page.keyboard.press("Control+z")
    expect(table.row(number)).not_to_contain_text(MARKUP)
    table.page.keyboard.press("Control+Shift+Z")
    expect(table.row(number)).to_contain_text(MARKUP)


def check_panels(table: RedrawTable, one: str, other: str, tmp_path: Path) -> None:
    table.choose_tool("Grids in force")
    table.page.screenshot(path=tmp_path / "compared.png")
    table.choose_tool("Grids in force")
    expect(table.open_tab("Impact")).to_contain_text(f"{other} → {one}")
    table.page.screenshot(path=tmp_path / "impact.png")
    table.open_tab("Findings")
    table.page.screenshot(path=tmp_path / "findings.png")
    comments = table.open_tab("Comments")
    comments.get_by_label("Your comment").fill(MARKUP)
    comments.get_by_role("button", name="Add comment").click()
    expect(comments.locator("li")).to_contain_text(MARKUP)


def reopen_from_list(table: RedrawTable, city: Service, tmp_path: Path) -> None:
    page = table.page
    page.goto(f"{city.home}/redraw")
    page.get_by_role("link", name=MARKUP).wait_for()
    page.screenshot(path=tmp_path / "list.png")
    page.get_by_role("link", name=MARKUP).click()
    table.row("007").wait_for()
    assert page.get_by_role("button", name="Undo (3)").is_enabled()
    expect(table.open_tab("Comments").locator("li")).to_contain_text(MARKUP)
    assert page.locator("img[src=x]").count() == 0


def codes_on_map(map_page: BrowserPage, lon: float, lat: float) -> list[str]:
    """Return the codes of the grids at a location of the map."""
    map_page.wait_until_rendered()
    map_page.set_view(lon, lat, 17)
    return map_page.page.evaluate(
        "([lon, lat]) => Gridward.featuresAt(Gridward.layers.grids._map, {lng: lon, lat})"
        ".map(({props}) => props.code)",
        [lon, lat],
    )


def test_a_second_tab_loads_the_latest_version_and_repeats_its_step(sign_in):
    chen = sign_in("chen")
    first = chen.create_plan("Two tabs", SECOND)
    second = chen.open_table(first.path, SECOND)
    first.rename("001", "First")
    expect(first.row("001")).to_contain_text("First")
    second.rename("002", "Second")
    expect(second.page.get_by_role("dialog")).to_contain_text("Nothing was overwritten")
    second.browser_page.errors.clear()  # the browser reports the 412 itself
    second.page.get_by_role("button", name="Load latest version and repeat my step").click()
    expect(second.row("002")).to_contain_text("Second")
    expect(second.row("001")).to_contain_text("First")


def test_a_plan_overtaken_by_another_is_rebased_and_published(sign_in, city: Service):
    one, other = neighbours(grids_in_force(city, THIRD))
    table = sign_in("chen").create_plan("Names", THIRD)
    table.rename(one, "One")
    expect(table.row(one)).to_contain_text("One")
    table.rename(other, "Other")
    expect(table.row(other)).to_contain_text("Other")
    theirs = sign_in("wang").create_plan("Merged", THIRD)
    theirs.choose_tool("Merge")
    theirs.pick(one, other)
    theirs.page.get_by_role("button", name="Merge 2 grids").click()
    expect(theirs.page.locator("tr.gone")).to_contain_text(other)
    theirs.publish("Merged")
    expect(theirs.page.locator("#said")).to_contain_text("Published as revision")
    table.publish("Names")
    dialog = table.page.get_by_role("dialog", name="The grids in force have changed")
    expect(dialog).to_contain_text(f"changed community {THIRD} by wang in revision")
    table.browser_page.errors.clear()  # the browser reports the 409 itself
    dialog.get_by_role("button", name="Reapply steps").click()
    report = table.page.get_by_role("dialog", name="Some steps no longer apply")
    expect(report).to_contain_text(f"Rename {other}: Other")
    table.page.keyboard.press("Enter")
    expect(table.row(one)).to_contain_text("One")
    table.publish("Names")
    expect(table.page.locator("#said")).to_contain_text("Published as revision")


def test_a_step_is_rendered_within_300_ms(sign_in, city: Service):
    number, line = grid_to_split(grids_in_force(city, FOURTH))
    table = sign_in("chen", (1920, 1080)).create_plan("Fast", FOURTH)
    table.choose_tool("Split")
    table.pick(number)
    table.draw_line(*line)
    expect(table.page.get_by_role("button", name="Undo (1)")).to_be_enabled()
    for turn in range(8):
        table.page.keyboard.press("Control+Shift+Z" if turn % 2 else "Control+z")
        label = "Undo (1)" if turn % 2 else "Redo (1)"
        expect(table.page.get_by_role("button", name=label)).to_be_enabled()
    for turn in range(6):
        table.rename(number, f"Name {turn}")
        expect(table.row(number)).to_contain_text(f"Name {turn}")
    table.page.wait_for_function("() => performance.getEntriesByName('operation').length === 15")
    durations = table.step_durations_ms()
    assert durations[7] < 300, durations
