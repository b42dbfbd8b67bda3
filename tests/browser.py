"""Headless Chromium that may contact only the host of the page that it opens."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

PATIENCE_MS = 10_000
"""How long a click or an expectation waits on a slow machine."""
expect.set_options(timeout=PATIENCE_MS)

PROGRAMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""The first that is installed is used. The headless shell renders pages as Chromium does, but opens
no window, with tabs and an address bar, around them: that took half the time of a test."""
UNUSED_FEATURES = (
    # Chromium renders these pages of its address bar anew for every window, though it shows none.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # These are what Playwright turns off; one list replaces the other.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNUSED_FEATURES)}",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next((path for path in PROGRAMS if path.exists()), None)
    if program is None:
        pytest.skip(f"no browser at {PROGRAMS[-1]}: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield chromium
        chromium.close()


class BrowserPage:
    """A page in the browser; records its errors and its requests to other hosts."""

    def __init__(self, page: Page, home: str, allowed: Sequence[str] = ()) -> None:
        self.page = page
        self.home = home
        self.allowed = (home, *allowed)
        self.foreign_requests: list[str] = []
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._record_message)
        page.route("**/*", self._allow_own_origin)

    def _record_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _allow_own_origin(self, route: Route) -> None:
        """Continue requests to the own origin and allowed ones; record and block all others."""
        url = urlsplit(route.request.url)
        if url.scheme == "data" or f"{url.scheme}://{url.netloc}" in self.allowed:
            route.continue_()
        else:
            self.foreign_requests.append(route.request.url)
            route.abort()

    def ignore_errors(self, text: str = "") -> None:
        """Close the page and drop errors that contain a text, which the test expects.

        Closing first also drops errors that arrive late.
        """
        self.page.context.close()
        self.errors = [error for error in self.errors if text not in error]

    def wait_until_rendered(self) -> None:
        """Wait until every layer of the map is rendered."""
        self.page.evaluate(
            """() => new Promise((done) => {
              const map = Object.values(Gridward.layers)[0]._map;
              Gridward.whenDrawn(map, done);
            })"""
        )

    def set_view(self, lon: float, lat: float, zoom: int) -> None:
        """Set the centre and zoom of the map, and wait until it is rendered."""
        self.page.evaluate(
            """([lon, lat, zoom]) => Object.values(Gridward.layers)[0]._map
              .setView([lat, lon], zoom, {animate: false})""",
            [lon, lat, zoom],
        )
        self.wait_until_rendered()

    def click_map(self, lon: float, lat: float) -> None:
        """Click a location on the map."""
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
        """Return the text of the first element that matches a selector."""
        return self.page.locator(selector).first.inner_text()


@pytest.fixture
def open_url(browser: Browser) -> Iterator[Callable[..., BrowserPage]]:
    """Open pages; pages from files have no network.

    Fails if a page requested another host or reported an error.
    """
    opened: list[BrowserPage] = []

    def open_page(
        url: str,
        size: tuple[int, int] = (1366, 768),
        cookies: Sequence[Any] = (),
        allowed: Sequence[str] = (),
        wait_until: Literal["load", "domcontentloaded"] = "load",
    ) -> BrowserPage:
        parts = urlsplit(url)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="en-GB", timezone_id="UTC"
        )
        context.add_cookies(list(cookies))
        context.set_offline(parts.scheme == "file")
        context.set_default_timeout(PATIENCE_MS)
        home = f"{parts.scheme}://{parts.netloc}"
        browser_page = BrowserPage(context.new_page(), home, allowed)
        opened.append(browser_page)
        browser_page.page.goto(url, wait_until=wait_until)
        browser_page.wait_until_rendered()
        return browser_page

    yield open_page
    for browser_page in opened:
        browser_page.page.context.close()
        assert browser_page.foreign_requests == []
        assert browser_page.errors == []
