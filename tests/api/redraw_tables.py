"""Coordinators who redraw the sample city in a browser."""

from collections.abc import Callable, Iterator

import pytest
import shapely
from playwright.sync_api import Browser
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.accounts import accounts
from geo.models import Role
from tests.browser import BrowserPage
from tests.conftest import Databases
from tests.sample_service import Service, serve_database

PASSWORD = "correct horse"
LOGINS = {"chen": "230407", "wang": "2304"}


@pytest.fixture(scope="module")
def city(databases: Databases, sample_city: str) -> Iterator[Service]:
    """The sample city with two coordinators, served for the tests of a module."""
    with serve_database(databases.make(sample_city)) as service:
        with Session(service.engine) as session:
            for login, reach in LOGINS.items():
                accounts.add(session, login, Role.COORDINATOR, reach=reach, password=PASSWORD)
            session.commit()
        yield service


def grids_in_force(city: Service, community: str) -> dict[str, shapely.Geometry]:
    """Return the grids of a community in force, by the last digits of their codes."""
    query = text(
        "SELECT code, ST_AsBinary(geom) FROM micro_grid "
        "WHERE community_code = :code AND in_force @> now() ORDER BY code"
    )
    with city.engine.connect() as connection:
        rows = connection.execute(query, {"code": community}).all()
    return {code.removeprefix(community): shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


class SignedInBrowser:
    """A browser session in which a coordinator is signed in."""

    def __init__(self, browser: Browser, home: str, login: str, size: tuple[int, int]) -> None:
        self.home = home
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="en-GB", timezone_id="UTC"
        )
        self.context.set_default_timeout(15_000)
        self.pages: list[BrowserPage] = []
        page = self.open("/redraw").page
        page.get_by_label("Account").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/redraw")
        self.plan_list = page

    def open(self, path: str) -> BrowserPage:
        browser_page = BrowserPage(self.context.new_page(), self.home)
        self.pages.append(browser_page)
        browser_page.page.goto(f"{self.home}{path}")
        return browser_page

    def create_plan(self, title: str, community: str, *, first: str = "001") -> "RedrawTable":
        """Create a plan on the list page, and open a community on its redraw table."""
        self.plan_list.get_by_label("New plan title").fill(title)
        self.plan_list.get_by_role("button", name="Create plan").click()
        self.plan_list.wait_for_url("**/redraw/*")
        return RedrawTable(self.pages[0], community, first)

    def open_table(self, path: str, community: str) -> "RedrawTable":
        return RedrawTable(self.open(path), community)


class RedrawTable:
    """The redraw table of a plan, used as a coordinator does."""

    def __init__(self, browser_page: BrowserPage, community: str, first: str = "001") -> None:
        self.browser_page, self.page, self.community = browser_page, browser_page.page, community
        self.page.locator("html[data-ready]").wait_for()
        self.page.locator("#query").fill(community)
        self.page.locator("#hits [role=option]").first.click()
        self.row(first).wait_for()
        browser_page.wait_until_rendered()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.browser_page.home)

    def row(self, number: str):
        return self.page.locator(f"tr[data-code='{self.community}{number}']")

    def pick(self, *numbers: str) -> None:
        for number in numbers:
            self.row(number).locator(".pick").click()

    def choose_tool(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def draw_line(self, *points: tuple[float, float]) -> None:
        for point in points:
            self.browser_page.click_map(*point)
        self.page.keyboard.press("Enter")

    def rename(self, number: str, name: str) -> None:
        self.row(number).get_by_role("button", name=f"Rename grid {number}").click()
        self.page.get_by_label("New name").fill(name)
        self.page.keyboard.press("Enter")

    def open_tab(self, name: str):
        self.page.get_by_role("tab", name=name).click()
        return self.page.locator("[role=tabpanel]:not([hidden])")

    def publish(self, title: str) -> None:
        self.page.get_by_role("button", name="Publish", exact=True).click()
        self.page.get_by_role("dialog").get_by_label("Title").fill(title)
        self.page.keyboard.press("Enter")

    def step_durations_ms(self) -> list[float]:
        """Return the milliseconds from each step to its rendering, sorted."""
        script = "() => performance.getEntriesByName('operation').map((one) => one.duration)"
        return sorted(self.page.evaluate(script))


@pytest.fixture
def sign_in(browser: Browser, city: Service) -> Iterator[Callable[..., SignedInBrowser]]:
    """Sign a coordinator in. Fails if a page requested another host or reported an error."""
    sessions: list[SignedInBrowser] = []

    def open_session(login: str = "chen", size: tuple[int, int] = (1366, 768)) -> SignedInBrowser:
        sessions.append(SignedInBrowser(browser, city.home, login, size))
        return sessions[-1]

    yield open_session
    for session in sessions:
        session.context.close()
    pages = [page for session in sessions for page in session.pages]
    assert [page.foreign_requests for page in pages if page.foreign_requests] == []
    assert [page.errors for page in pages if page.errors] == []
