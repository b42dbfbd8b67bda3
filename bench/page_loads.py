"""Page loads in headless Chromium, with an empty cache and without access to other hosts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Route, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
VIEWPORT = {"width": 1366, "height": 768}
TIMEOUT_MS = 180_000
RESOURCE_SIZES = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")]
  .map((entry) => [entry.initiatorType, entry.decodedBodySize])"""


@dataclass(frozen=True)
class PageLoad:
    """The seconds until a map was usable, and the bytes loaded, before compression."""

    seconds: float
    page: int
    """The HTML document."""
    data: int
    """Tiles and figures."""
    assets: int
    """Scripts, styles and images, which are the same for every page."""


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """Yield a browser; each page load uses a new profile in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def load_page(browser: Browser, url: str, usable_script: str) -> PageLoad:
    """Load a page and measure it.

    `usable_script` is a JavaScript function that waits until the map is rendered and returns the
    milliseconds since navigation.
    """
    context = browser.new_context(viewport=VIEWPORT, timezone_id="UTC")
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    home = urlsplit(url)

    def block_other_hosts(route: Route) -> None:
        target = urlsplit(route.request.url)
        if target.scheme == "data" or (target.scheme, target.netloc) == (home.scheme, home.netloc):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", block_other_hosts)
    page.goto(url, wait_until="commit")
    page.wait_for_function("() => document.readyState === 'complete'")
    milliseconds = page.evaluate(usable_script)
    sizes = dict.fromkeys(("page", "data", "assets"), 0)
    for initiator, size in page.evaluate(RESOURCE_SIZES):
        sizes[{"navigation": "page", "fetch": "data"}.get(initiator, "assets")] += size
    context.close()
    return PageLoad(milliseconds / 1e3, **sizes)
