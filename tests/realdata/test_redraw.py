"""Chiyoda's real buildings and grids on the redraw page: transferred, split, published."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.accounts import accounts
from geo.models import Role
from tests.api.redraw_tables import PASSWORD, SignedInBrowser, grids_in_force
from tests.conftest import Databases
from tests.realdata.conftest import import_chiyoda
from tests.sample_service import Service, serve_database

pytestmark = [pytest.mark.browser, pytest.mark.long]

SLOW_MS = 60_000
"""Timeout of a first step in a community of 11,581 buildings: it computes their Voronoi cells."""

WARD = "13101"
ONE, OTHER = "018001", "018002"
"""Fujimi 1-chome and 2-chome, side by side."""
BUILDINGS = """
    SELECT code, ST_AsBinary(footprint) FROM building
    WHERE ST_Covers((SELECT geom FROM micro_grid WHERE code = :grid AND in_force @> now()), point)
"""


@pytest.fixture
def chiyoda(
    databases: Databases, template: str, realdata: Path, tmp_path: Path
) -> Iterator[Service]:
    """The service on the ward, with a coordinator."""
    url = databases.make(template)
    import_chiyoda(url, realdata, tmp_path)
    with serve_database(url) as service:
        with Session(service.engine) as session:
            accounts.add(session, "sato", Role.COORDINATOR, reach=WARD, password=PASSWORD)
            session.commit()
        yield service


@pytest.fixture
def coordinator(browser: Browser, chiyoda: Service) -> Iterator[SignedInBrowser]:
    session = SignedInBrowser(browser, chiyoda.home, "sato", (1366, 768))
    yield session
    session.context.close()
    assert [(page.foreign_requests, page.errors) for page in session.pages] == [([], [])]


def buildings_in(service: Service, grid: str) -> dict[str, shapely.Geometry]:
    """The buildings that stand in a grid, by code."""
    with service.engine.connect() as connection:
        rows = connection.execute(text(BUILDINGS), {"grid": WARD + grid}).all()
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


def middle_line(grid: shapely.Geometry) -> list[tuple[float, float]]:
    """A line from west to east through the middle of a grid, a little longer than the grid."""
    west, south, east, north = grid.bounds
    beyond, y = (east - west) / 20, (south + north) / 2
    return [(west - beyond, y), (east + beyond, y)]


def undo_and_redo_both_steps(page: Page, rows: Locator, gained: Locator, grids: int) -> None:
    """Undo a split and a transfer, then redo both."""
    page.keyboard.press("Control+z")
    expect(rows).to_have_count(grids, timeout=SLOW_MS)
    page.keyboard.press("Control+z")
    expect(gained).not_to_contain_text("+1", timeout=SLOW_MS)
    page.keyboard.press("Control+Shift+Z")
    expect(gained).to_contain_text("+1", timeout=SLOW_MS)
    page.keyboard.press("Control+Shift+Z")
    expect(rows).to_have_count(grids + 1, timeout=SLOW_MS)


def test_real_buildings_are_transferred_across_a_border_and_a_real_grid_is_split(
    coordinator: SignedInBrowser, chiyoda: Service
):
    grids = grids_in_force(chiyoda, WARD)
    near = min(buildings_in(chiyoda, OTHER).items(), key=lambda item: item[1].distance(grids[ONE]))
    spot = near[1].representative_point()
    table = coordinator.create_plan("Fujimi", WARD, first=ONE)
    page, browser_page = table.page, table.browser_page

    table.choose_tool("Paint buildings")
    table.pick(ONE)
    browser_page.set_view(spot.x, spot.y, 18)
    browser_page.click_map(spot.x, spot.y)
    gained = table.row(ONE).locator("td.n").first
    expect(gained).to_contain_text("+1", timeout=SLOW_MS)
    expect(table.row(OTHER).locator("td.n").first).to_contain_text("−1")

    table.choose_tool("Split")
    page.keyboard.press("Escape")
    table.pick(OTHER)
    middle = grids[OTHER].centroid
    browser_page.set_view(middle.x, middle.y, 16)
    table.draw_line(*middle_line(grids[OTHER]))
    rows = page.locator("tr[data-code]")
    expect(rows).to_have_count(len(grids) + 1, timeout=SLOW_MS)
    undo_and_redo_both_steps(page, rows, gained, len(grids))

    expect(table.open_tab("Findings")).to_contain_text(OTHER)
    table.publish("Fujimi redrawn")
    expect(page.locator("#said")).to_contain_text("Published as revision 2", timeout=SLOW_MS)
    after = grids_in_force(chiyoda, WARD)
    assert len(after) == len(grids) + 1
    assert near[0] in buildings_in(chiyoda, ONE)
    whole = [shapely.union_all([*each.values()]).area for each in (grids, after)]
    assert whole[0] == pytest.approx(whole[1])
