"""The redraw table in a browser, on the real service with a made-up town."""

import json

import pytest
from playwright.sync_api import expect

from tests.maps.conftest import SOUTH, STEP_LAT, STEP_LON, WEST
from tests.redraw_service import TownService

pytestmark = pytest.mark.browser

COMMUNITY = "230401002001"
"""The south-west corner of the town: | 001 | 002 | 003 | 004 |, each a strip with six homes."""
SECOND = "230401002002"


class Table:
    """A plan opened in the browser, worked on as a coordinator would."""

    def __init__(self, open_url, home: str, path: str, cookies, size=(1366, 768)) -> None:
        self.shown = open_url(f"{home}{path}", size=size, cookies=cookies)
        self.page = self.shown.page
        self.page.locator("html[data-ready]").wait_for()

    def open_community(self) -> None:
        self.shown.set_view(*at(2, 0.5), 15.5)
        self.shown.click_map(*at(2, 0.5))
        self.row("001").wait_for()
        self.shown.wait_until_rendered()

    def row(self, number: str):
        return self.page.locator(f"tr[data-code='{COMMUNITY}{number}']")

    def tool(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def click(self, grids: float, part: float) -> None:
        self.shown.click_map(*at(grids, part))

    def line(self, *corners: tuple[float, float]) -> None:
        """Draw a line and end it with a double click."""
        for corner in corners:
            self.click(*corner)
        self.page.keyboard.press("Enter")

    def figures(self, number: str) -> list[str]:
        cells = self.row(number).locator("td.n").all_inner_texts()
        return [cell.split("\n")[0] for cell in cells]

    def tab(self, name: str):
        self.page.get_by_role("tab", name=name).click()
        return self.page.locator("[role=tabpanel]:not([hidden])")


def at(grids: float, part: float) -> tuple[float, float]:
    """A place in the community: how many grids from the west, which part of it from the south."""
    return WEST + grids * STEP_LON / 4, SOUTH + part * STEP_LAT


@pytest.fixture
def open_table(town: TownService, open_url):  # the page closes before the server
    town.create_plan("South-west: <b>split</b>", "chen")
    cookies = [town.cookie("chen")]
    return lambda path="/redraw/1", **how: Table(open_url, town.home, path, cookies=cookies, **how)


@pytest.fixture
def table(open_table) -> Table:
    opened = open_table()
    opened.open_community()
    return opened


def test_a_line_across_the_picked_grid_splits_it(table: Table, town: TownService):
    table.tool("Split")
    table.click(0.5, 0.05)
    table.line((-0.02, 0.5), (1.02, 0.5))
    table.row("005").wait_for()
    assert table.figures("001")[0] == table.figures("005")[0] == "3"
    body = town.operations(1)[0]
    assert (body["kind"], body["code"]) == ("split", f"{COMMUNITY}001")
    assert len(body["line"]["coordinates"]) == 2


def test_a_line_between_two_grids_moves_their_border(table: Table, town: TownService):
    table.tool("Move border")
    table.click(0.5, 0.05)
    table.click(1.5, 0.05)
    table.line((1, -0.02), (1, 0.5), (0.08, 0.55), (0.08, 1.02))
    expect(table.row("001").locator("td.n").first).to_contain_text("−3")
    assert town.operations(1)[0]["codes"] == [
        f"{COMMUNITY}001",
        f"{COMMUNITY}002",
    ]


def test_a_stroke_over_two_buildings_is_one_transfer(table: Table, town: TownService):
    table.page.keyboard.press("b")
    table.click(0.5, 0.01)
    start, end = (position(table, 1.5, part) for part in (0.08, 0.28))
    table.page.mouse.move(*start)
    table.page.mouse.down()
    table.page.mouse.move(*end, steps=3)
    table.page.mouse.up()
    expect(table.row("001").locator("td.n").first).to_contain_text("+2")
    (step,) = town.operations(1)
    assert step["to"] == f"{COMMUNITY}001"
    assert len(step["buildings"]) == 2


def position(table: Table, grids: float, part: float) -> tuple[float, float]:
    return tuple(
        table.page.evaluate(
            """([lon, lat]) => {
              const map = Object.values(Gridward.layers)[0]._map;
              const box = map.getContainer().getBoundingClientRect();
              const at = map.latLngToContainerPoint([lat, lon]);
              return [box.x + at.x, box.y + at.y];
            }""",
            list(at(grids, part)),
        )
    )


@pytest.mark.long
def test_with_space_held_a_drag_moves_the_map_and_paints_nothing(table: Table, town: TownService):
    table.page.keyboard.press("b")
    table.click(0.5, 0.5)
    before = position(table, 1.5, 0.08)
    table.page.keyboard.down("Space")
    table.page.mouse.move(*before)
    table.page.mouse.down()
    table.page.mouse.move(before[0] + 80, before[1] - 60, steps=4)
    table.page.mouse.up()
    table.page.keyboard.up("Space")
    table.page.wait_for_timeout(400)
    after = position(table, 1.5, 0.08)
    assert after[0] - before[0] == pytest.approx(80, abs=20)
    assert not town.operations(1)
    table.page.mouse.move(*after)
    table.page.mouse.down()
    table.page.mouse.up()
    expect(table.row("001").locator("td.n").first).to_contain_text("+1")


@pytest.mark.long
def test_a_locked_grid_gives_the_brush_no_building(table: Table, town: TownService):
    table.row("002").get_by_role("button", name="Lock grid 002").click()
    table.tool("Paint buildings")
    table.row("001").locator(".pick").click()
    table.click(1.5, 0.08)
    table.row("002").get_by_role("button", name="Lock grid 002").click()
    table.click(1.5, 0.25)
    expect(table.row("001").locator("td.n").first).to_contain_text("+1")
    assert [len(step["buildings"]) for step in town.operations(1)] == [1]
    table.row("001").get_by_role("button", name="Lock grid 001").click()
    table.tool("Split")
    table.line((-0.02, 0.5), (1.02, 0.5))
    expect(table.page.locator("#said")).to_contain_text("Grid 001 is locked.")


def test_picked_grids_become_one(table: Table):
    table.tool("Merge")
    table.click(0.5, 0.5)
    table.click(1.5, 0.5)
    table.page.get_by_role("button", name="Merge 2 grids").click()
    expect(table.row("001").locator("td.n").first).to_contain_text("+6")
    expect(table.page.locator("tr.gone")).to_contain_text("002")


def test_undo_and_redo_go_back_and_forth_and_a_reload_finds_everything(open_table, table: Table):
    table.row("003").get_by_role("button", name="Rename grid 003").click()
    table.page.get_by_label("New name").fill("<img src=x onerror=alert(1)>")
    table.page.keyboard.press("Enter")
    expect(table.row("003")).to_contain_text("<img src=x")
    table.page.keyboard.press("Control+z")
    expect(table.row("003")).not_to_contain_text("<img")
    table.page.keyboard.press("Control+Shift+Z")
    expect(table.row("003")).to_contain_text("<img src=x")
    table.page.reload()
    table.row("003").wait_for()
    swatches = table.page.locator("tbody .swatch").evaluate_all(
        "(found) => found.map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert len(set(swatches)) == 4
    assert "rgba(0, 0, 0, 0)" not in swatches
    assert "<img src=x" in table.row("003").inner_text()
    assert table.page.locator("img[src=x]").count() == 0
    assert table.page.get_by_role("button", name="Undo (1)").is_enabled()
    assert table.tab("Steps").locator("li").count() == 1


@pytest.mark.long
def test_a_refused_line_stays_and_says_what_to_do(table: Table, town: TownService):
    table.tool("Split")
    table.click(0.5, 0.05)
    table.line((0.2, 0.4), (0.6, 0.4))
    expect(table.page.locator("#said")).to_contain_text("Draw one line from border to border")
    assert not town.operations(1)
    table.shown.errors.clear()  # the browser reports the 422 itself
    table.page.keyboard.press("Backspace")
    assert table.page.evaluate("() => document.querySelectorAll('#hint button').length") == 1
    table.page.keyboard.press("Escape")
    table.page.keyboard.press("Escape")
    assert table.page.locator("#hint button").count() == 0


def test_a_second_tab_is_told_and_repeats_its_step(open_table, table: Table, town: TownService):
    other = open_table()
    other.open_community()
    rename(table, "001", "First")
    rename(other, "002", "Second")
    expect(other.page.get_by_role("dialog")).to_contain_text("Nothing was overwritten")
    other.shown.errors.clear()  # the browser reports the 412 itself
    other.page.get_by_role("button", name="Load latest version and repeat my step").click()
    expect(other.row("002")).to_contain_text("Second")
    expect(other.row("001")).to_contain_text("First")
    assert [step["name"] for step in town.operations(1)] == ["First", "Second"]


def rename(table: Table, number: str, name: str) -> None:
    table.row(number).get_by_role("button", name=f"Rename grid {number}").click()
    table.page.get_by_label("New name").fill(name)
    table.page.keyboard.press("Enter")


def test_a_published_plan_is_a_revision_and_closed(table: Table, town: TownService):
    rename(table, "001", "First")
    table.page.get_by_role("button", name="Publish").click()
    table.page.get_by_role("dialog").get_by_label("Title").fill("Names")
    table.page.keyboard.press("Enter")
    expect(table.page.locator("#said")).to_contain_text("Published as revision 2")
    assert town.request("chen", "GET", f"/v1/grids/{COMMUNITY}001")["properties"]["name"] == "First"
    assert table.page.get_by_role("button", name="Publish").count() == 0
    assert table.page.get_by_role("button", name="Split").is_disabled()


def test_an_outdated_plan_is_rebased_and_tells_what_no_longer_applies(
    table: Table, town: TownService
):
    rename(table, "001", "First")
    expect(table.row("001")).to_contain_text("First")
    rename(table, "004", "Fourth")
    expect(table.row("004")).to_contain_text("Fourth")
    theirs = town.create_plan("Merge", "wang")
    merge = {"kind": "merge", "codes": [f"{COMMUNITY}003", f"{COMMUNITY}004"]}
    town.post("wang", theirs, "operations", merge)
    town.post("wang", theirs, "publish", {})
    table.page.get_by_role("button", name="Publish").click()
    table.page.keyboard.press("Enter")
    asked = table.page.get_by_role("dialog", name="The grids in force have changed")
    expect(asked).to_contain_text(f"others changed community {COMMUNITY} by wang in revision 2")
    table.shown.errors.clear()  # the browser reports the 409 itself
    asked.get_by_role("button", name="Reapply steps").click()
    told = table.page.get_by_role("dialog", name="Some steps no longer apply")
    expect(told).to_contain_text("2. Rename 004: Fourth")
    expect(told).to_contain_text(f"has no grid {COMMUNITY}004")
    table.page.keyboard.press("Enter")
    expect(table.row("001")).to_contain_text("First")
    assert table.row("004").count() == 0


def test_the_impact_and_the_comments_are_told(table: Table, town: TownService):
    table.tool("Merge")
    table.click(0.5, 0.5)
    table.click(1.5, 0.5)
    table.page.keyboard.press("Enter")
    table.row("002").wait_for(state="detached")
    impact = table.tab("Impact")
    expect(impact).to_contain_text("002 → 001")
    assert impact.locator("dd").first.inner_text() == "6"
    comments = table.tab("Comments")
    comments.get_by_label("Your comment").fill("<i>The school</i> stays.")
    comments.get_by_role("button", name="Add comment").click()
    expect(comments.locator("li")).to_contain_text("<i>The school</i> stays.")


@pytest.mark.long
def test_a_finding_leads_to_its_place(table: Table):
    table.tool("Paint buildings")
    table.row("001").locator(".pick").click()
    table.click(1.5, 0.41)  # the ground of that building runs right across its grid
    found = table.tab("Findings")
    found.get_by_role("button", name="Warning Grid has disconnected parts 002").click()
    lon = table.page.evaluate("() => Object.values(Gridward.layers)[0]._map.getCenter().lng")
    assert at(1, 0)[0] < lon < at(2, 0)[0]


@pytest.mark.long
def test_borders_in_force_show_while_the_key_is_down(table: Table):
    count = """() => Object.values(Object.values(Gridward.layers)[0]._map._layers)
      .filter((layer) => layer.options.dashArray === "7 6").length"""
    table.page.keyboard.down("c")
    assert table.page.evaluate(count) >= 4
    table.page.keyboard.up("c")
    assert table.page.evaluate(count) == 0
    table.tool("Grids in force")
    assert table.page.evaluate(count) >= 4


def test_the_keyboard_alone_splits_and_paints(table: Table, town: TownService):
    page = table.page
    table.row("001").locator(".pick").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert table.row("002").locator(".pick").get_attribute("aria-pressed") == "true"
    page.keyboard.press("b")
    page.locator(".leaflet-container").focus()
    cross_to(table, 2.5, 0.41)
    page.keyboard.press("Space")
    expect(table.row("002").locator("td.n").first).to_contain_text("+1")
    page.keyboard.press("Control+z")
    expect(table.row("002").locator("td.n").first).not_to_contain_text("+1")
    page.keyboard.press("s")
    for grids, part in ((0.9, 0.5), (2.1, 0.5)):
        cross_to(table, grids, part)
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    table.row("005").wait_for()


def cross_to(table: Table, grids: float, part: float) -> None:
    """Move the cross with arrow keys, ten pixels at a time."""
    want = position(table, grids, part)
    table.page.keyboard.press("ArrowRight")
    box = table.page.locator(".cross").bounding_box()
    here = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for axis, names in enumerate((("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown"))):
        steps = round((want[axis] - here[axis]) / 10)
        for _ in range(abs(steps)):
            table.page.keyboard.press(names[steps > 0])


@pytest.mark.long
def test_somebody_elses_plan_can_be_read_and_commented_only(open_table, town: TownService):
    town.create_plan("Theirs", "wang")
    table = open_table("/redraw/2")
    table.open_community()
    assert table.page.get_by_role("button", name="Paint buildings").is_disabled()
    assert table.page.get_by_role("button", name="Publish").count() == 0
    table.page.keyboard.press("b")
    assert (
        table.page.get_by_role("button", name="Select", exact=True).get_attribute("aria-pressed")
        == "true"
    )


@pytest.mark.parametrize("width", [390, 1366])
def test_the_notice_breaks_no_code_and_no_number_on_any_screen(
    town: TownService, browser, width: int
):
    town.create_plan("Names", "chen")
    town.post(
        "chen", 1, "operations", {"kind": "rename", "code": f"{COMMUNITY}001", "name": "East"}
    )
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.add_cookies([town.cookie("chen")])
    page = context.new_page()
    page.goto(f"{town.home}/redraw/1/notice")
    lines = page.locator("tbody th, thead th, td.n").evaluate_all(
        """(cells) => cells.map((one) => {
          const text = document.createRange();
          text.selectNodeContents(one);
          return text.getClientRects().length;
        })"""
    )
    assert lines
    assert max(lines) == 1
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.long
def test_a_phone_is_told_to_find_a_larger_screen(open_table):
    table = open_table(size=(390, 844))
    assert table.page.get_by_text("Redrawing needs a larger screen.").is_visible()
    assert not table.page.locator("main").is_visible()


def test_the_list_has_every_plan_and_begins_another(town: TownService, browser):
    town.create_plan("South-west: <b>split</b>", "chen")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{town.home}/redraw?lang=en")
    page.get_by_label("Account").wait_for()  # not signed in yet
    context.add_cookies([town.cookie("chen")])
    page.goto(f"{town.home}/redraw?lang=en")
    page.get_by_role("link", name="South-west: <b>split</b>").wait_for()
    page.get_by_label("New plan title").fill("Another")
    page.get_by_role("button", name="Create plan").click()
    page.wait_for_url("**/redraw/2?lang=en")
    assert town.plan(2)["title"] == "Another"
    context.close()


@pytest.mark.long
def test_from_a_step_to_its_picture_the_page_itself_takes_little(table: Table):
    for turn in range(9):
        rename(table, "001", f"Name {turn}")
        expect(table.row("001")).to_contain_text(f"Name {turn}")
    table.page.wait_for_function("() => performance.getEntriesByName('operation').length === 9")
    took = table.page.evaluate(
        "() => performance.getEntriesByName('operation').map((entry) => entry.duration)"
    )
    print(json.dumps(sorted(round(one) for one in took)))
    assert sorted(took)[4] < 300
