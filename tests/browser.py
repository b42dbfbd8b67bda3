"""A headless Chromium that is cut off from every host but the one it visits."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


class Visit:
    """A page opened in the browser, and everything that went wrong with it."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.home = home
        self.foreign: list[str] = []
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if _bad(said.type) else None)
        page.route("**/*", self.let)

    def let(self, route: Route) -> None:
        """Let through what our own origin or file answers; note and stop the rest."""
        asked = urlsplit(route.request.url)
        if asked.scheme == "data" or f"{asked.scheme}://{asked.netloc}" == self.home:
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def pardon(self, what: str = "") -> None:
        """Close the page and let complaints of a kind pass: it was meant to meet that.

        Those that come late are among them, which is why the page is closed first.
        """
        self.page.context.close()
        self.faults = [said for said in self.faults if what not in said]

    def settle(self) -> None:
        """Wait until every layer of the map is drawn."""
        self.page.evaluate(
            """() => new Promise((done) => {
              const map = Object.values(Gridward.layers)[0]._map;
              Gridward.whenDrawn(map, done);
            })"""
        )

    def look(self, lon: float, lat: float, zoom: int) -> None:
        """Move the map."""
        self.page.evaluate(
            """([lon, lat, zoom]) => Object.values(Gridward.layers)[0]._map
              .setView([lat, lon], zoom, {animate: false})""",
            [lon, lat, zoom],
        )
        self.settle()

    def click_map(self, lon: float, lat: float) -> None:
        """Click where a place is on the map."""
        x, y = self.page.evaluate(
            """([lon, lat]) => {
              const map = Object.values(Gridward.layers)[0]._map;
              const box = map.getContainer().getBoundingClientRect();
              const at = map.latLngToContainerPoint([lat, lon]);
              return [box.x + at.x, box.y + at.y];
            }""",
            [lon, lat],
        )
        self.page.mouse.click(x, y)

    def text(self, selector: str) -> str:
        """Return the text of the first element that a selector finds."""
        return self.page.locator(selector).first.inner_text()


def _bad(kind: str) -> bool:
    return kind in ("error", "warning")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a page, cut off from the network unless it has a server of its own.

    At the end: no request left for another host, and the page had no error to report.
    """
    visits: list[Visit] = []

    def open_(url: str, size: tuple[int, int] = (1366, 768), cookies: Sequence[Any] = ()) -> Visit:
        asked = urlsplit(url)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="en-GB", timezone_id="UTC"
        )
        context.add_cookies(list(cookies))
        context.set_offline(asked.scheme == "file")
        context.set_default_timeout(10_000)
        opened = Visit(context.new_page(), f"{asked.scheme}://{asked.netloc}")
        visits.append(opened)
        opened.page.goto(url)
        opened.settle()
        return opened

    yield open_
    for opened in visits:
        opened.page.context.close()
        assert opened.foreign == []
        assert opened.faults == []
