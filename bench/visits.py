"""A headless Chromium that opens pages with an empty cache, cut off from every other host."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Route, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
SIZE = {"width": 1366, "height": 768}
MOST_MS = 180_000
WEIGHED = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")]
  .map((one) => [one.initiatorType, one.decodedBodySize])"""


@dataclass(frozen=True)
class Visit:
    """What it took until a map could be used: seconds, and bytes before compression."""

    seconds: float
    page: int
    """The document alone."""
    data: int
    """Tiles and figures."""
    assets: int
    """Scripts, styles and pictures, the same for every page."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Yield a browser; a visit has a profile of its own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


def visit(chromium: Browser, url: str, usable: str) -> Visit:
    """Open a page and wait for a script that answers, when the map is drawn, with milliseconds."""
    context = chromium.new_context(viewport=SIZE, timezone_id="UTC")
    context.set_default_timeout(MOST_MS)
    page = context.new_page()
    home = urlsplit(url)

    def let(route: Route) -> None:
        asked = urlsplit(route.request.url)
        if asked.scheme == "data" or (asked.scheme, asked.netloc) == (home.scheme, home.netloc):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", let)
    page.goto(url, wait_until="commit")
    page.wait_for_function("() => document.readyState === 'complete'")
    taken = page.evaluate(usable)
    sizes = dict.fromkeys(("page", "data", "assets"), 0)
    for kind, size in page.evaluate(WEIGHED):
        sizes[{"navigation": "page", "fetch": "data"}.get(kind, "assets")] += size
    context.close()
    return Visit(taken / 1e3, **sizes)
