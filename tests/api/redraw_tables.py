"""Coordinators at the redraw table of the real service, in a browser without network."""

from collections.abc import Callable, Iterator

import pytest
import shapely
from playwright.sync_api import Browser
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.accounts import accounts
from geo.models import Role
from tests.browser import Visit
from tests.conftest import Databases
from tests.sample_service import Service, serving

PASSWORD = "correct horse"
LOGINS = {"chen": "230407", "wang": "2304"}


@pytest.fixture(scope="module")
def city(databases: Databases, sample_city: str) -> Iterator[Service]:
    """The sample city, served for the tests of a module to redraw; with two coordinators."""
    with serving(databases.make(sample_city)) as service:
        with Session(service.engine) as session:
            for login, reach in LOGINS.items():
                accounts.add(session, login, Role.COORDINATOR, reach=reach, password=PASSWORD)
            session.commit()
        yield service


def ground(city: Service, community: str) -> dict[str, shapely.Geometry]:
    """The grids of a community in force, by the end of their codes."""
    asked = text(
        "SELECT code, ST_AsBinary(geom) FROM micro_grid "
        "WHERE community_code = :code AND in_force @> now() ORDER BY code"
    )
    with city.engine.connect() as connection:
        rows = connection.execute(asked, {"code": community}).all()
    return {code.removeprefix(community): shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


class Seat:
    """Somebody signed in, in a browser of their own."""

    def __init__(self, browser: Browser, home: str, login: str, size: tuple[int, int]) -> None:
        self.home = home
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="en-GB", timezone_id="UTC"
        )
        self.context.set_default_timeout(15_000)
        self.visits: list[Visit] = []
        page = self.open("/redraw").page
        page.get_by_label("Account").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/redraw")
        self.list = page

    def open(self, path: str) -> Visit:
        shown = Visit(self.context.new_page(), self.home)
        self.visits.append(shown)
        shown.page.goto(f"{self.home}{path}")
        return shown

    def begin(self, title: str, community: str, *, first: str = "001") -> "Table":
        """Begin a plan on the list, and open a community on its table."""
        self.list.get_by_label("Title of a new plan").fill(title)
        self.list.get_by_role("button", name="Begin a plan").click()
        self.list.wait_for_url("**/redraw/*")
        return Table(self.visits[0], community, first)

    def table(self, path: str, community: str) -> "Table":
        return Table(self.open(path), community)


class Table:
    """A plan on the table, worked on as a coordinator would."""

    def __init__(self, shown: Visit, community: str, first: str = "001") -> None:
        self.shown, self.page, self.community = shown, shown.page, community
        self.page.locator("html[data-ready]").wait_for()
        self.page.locator("#query").fill(community)
        self.page.locator("#hits [role=option]").first.click()
        self.row(first).wait_for()
        shown.settle()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.shown.home)

    def row(self, number: str):
        return self.page.locator(f"tr[data-code='{self.community}{number}']")

    def pick(self, *numbers: str) -> None:
        for number in numbers:
            self.row(number).locator(".pick").click()

    def tool(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def line(self, *corners: tuple[float, float]) -> None:
        for corner in corners:
            self.shown.click_map(*corner)
        self.page.keyboard.press("Enter")

    def rename(self, number: str, name: str) -> None:
        self.row(number).get_by_role("button", name=f"Rename grid {number}").click()
        self.page.get_by_label("New name").fill(name)
        self.page.keyboard.press("Enter")

    def tab(self, name: str):
        self.page.get_by_role("tab", name=name).click()
        return self.page.locator("[role=tabpanel]:not([hidden])")

    def publish(self, title: str) -> None:
        self.page.get_by_role("button", name="Publish", exact=True).click()
        self.page.get_by_role("dialog").get_by_label("Title").fill(title)
        self.page.keyboard.press("Enter")

    def measured(self) -> list[float]:
        """Milliseconds from each step to its picture, by size."""
        asked = "() => performance.getEntriesByName('operation').map((one) => one.duration)"
        return sorted(self.page.evaluate(asked))


@pytest.fixture
def seat(browser: Browser, city: Service) -> Iterator[Callable[..., Seat]]:
    """Sign somebody in; at the end nobody asked another host, and no page had an error."""
    seats: list[Seat] = []

    def take(login: str = "chen", size: tuple[int, int] = (1366, 768)) -> Seat:
        seats.append(Seat(browser, city.home, login, size))
        return seats[-1]

    yield take
    for taken in seats:
        taken.context.close()
    assert [shown.foreign for taken in seats for shown in taken.visits if shown.foreign] == []
    assert [shown.faults for taken in seats for shown in taken.visits if shown.faults] == []
