"""The redraw table of a plan of the town, used as a coordinator does."""

from tests.maps.conftest import SOUTH, STEP_LAT, STEP_LON, WEST

COMMUNITY = "230401002001"
"""The south-west corner of the town: | 001 | 002 | 003 | 004 |, each a strip with six buildings."""


def at(grids: float, part: float) -> tuple[float, float]:
    """Return the location so many grids from the west, at a part of the height from the south."""
    return WEST + grids * STEP_LON / 4, SOUTH + part * STEP_LAT


class TownTable:
    """The redraw table of a plan in the browser."""

    def __init__(self, open_url, home: str, path: str, cookies, size=(1366, 768)) -> None:
        self.browser_page = open_url(f"{home}{path}", size=size, cookies=cookies)
        self.page = self.browser_page.page
        self.page.locator("html[data-ready]").wait_for()

    def open_community(self) -> None:
        self.browser_page.set_view(*at(2, 0.5), 15.5)
        self.browser_page.click_map(*at(2, 0.5))
        self.row("001").wait_for()
        self.browser_page.wait_until_rendered()

    def row(self, number: str):
        return self.page.locator(f"tr[data-code='{COMMUNITY}{number}']")

    def counts(self, number: str) -> list[str]:
        """Return the counts of a grid, without their changes."""
        cells = self.row(number).locator("td.n").all_inner_texts()
        return [cell.split("\n")[0] for cell in cells]

    def choose_tool(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def open_tab(self, name: str):
        self.page.get_by_role("tab", name=name).click()
        return self.page.locator("[role=tabpanel]:not([hidden])")

    def rename(self, number: str, name: str) -> None:
        self.row(number).get_by_role("button", name=f"Rename grid {number}").click()
        self.page.get_by_label("New name").fill(name)
        self.page.keyboard.press("Enter")

    def click(self, grids: float, part: float) -> None:
        self.browser_page.click_map(*at(grids, part))

    def draw_line(self, *points: tuple[float, float]) -> None:
        """Draw a line and finish it with the Enter key."""
        for point in points:
            self.click(*point)
        self.page.keyboard.press("Enter")

    def position(self, grids: float, part: float) -> tuple[float, float]:
        """Return the pixels of a location on the page."""
        return tuple(
            self.page.evaluate(
                """([lon, lat]) => {
                  const map = Object.values(Gridward.layers)[0]._map;
                  const box = map.getContainer().getBoundingClientRect();
                  const at = map.latLngToContainerPoint([lat, lon]);
                  return [box.x + at.x, box.y + at.y];
                }""",
                list(at(grids, part)),
            )
        )

    def move_cursor_to(self, grids: float, part: float) -> None:
        """Move the keyboard cursor with arrow keys, ten pixels at a time."""
        target = self.position(grids, part)
        self.page.keyboard.press("ArrowRight")
        box = self.page.locator(".cross").bounding_box()
        cursor = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for axis, keys in enumerate((("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown"))):
            steps = round((target[axis] - cursor[axis]) / 10)
            for _ in range(abs(steps)):
                self.page.keyboard.press(keys[steps > 0])
