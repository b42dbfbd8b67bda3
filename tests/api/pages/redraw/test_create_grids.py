"""Creating the grids of a community that has none."""

import pytest
import shapely
from playwright.sync_api import expect
from sqlalchemy import insert
from sqlalchemy.orm import Session

from geo.models import Area, Building, Level
from tests.api.pages.redraw.town_table import TownTable, at
from tests.maps.conftest import SOUTH, STEP_LAT, STEP_LON, WEST
from tests.redraw_service import TownService
from tests.town_builder import multipolygon
from tests.waiting import until

pytestmark = pytest.mark.browser

EMPTY = "230401002004"
COLUMN = 6
"""East of the town, in columns of communities."""


def lon(part: float) -> float:
    return WEST + (COLUMN + part) * STEP_LON


def insert_empty_community(town: TownService, homes: int) -> None:
    """Insert a community without grids, with buildings of 100 households from west to east."""
    outline = shapely.box(lon(0), SOUTH, lon(1), SOUTH + STEP_LAT)
    area = {
        "code": EMPTY,
        "parent_code": EMPTY[:9],
        "level": Level.COMMUNITY,
        "name": "新城社区",
        "geom": multipolygon(outline),
    }
    south, north = SOUTH + STEP_LAT * 0.4, SOUTH + STEP_LAT * 0.6
    buildings = [
        {
            "code": f"new{number}",
            "community_code": EMPTY,
            "households": 100,
            "footprint": multipolygon(
                shapely.box(lon((number + 0.3) / homes), south, lon((number + 0.7) / homes), north)
            ),
        }
        for number in range(homes)
    ]
    with Session(town.engine) as session, session.begin():
        session.execute(insert(Area), [area])
        if buildings:
            session.execute(insert(Building), buildings)
    query = {"lon": lon(0.5), "lat": at(0, 0.5)[1]}
    until(lambda: town.http.get("/v1/lookup", params=query).json()["areas"])


def open_empty_community(table: TownTable) -> None:
    """Click the community from afar: the map zooms to its outline."""
    table.browser_page.set_view(lon(0.5), at(0, 0.5)[1], 13)
    table.browser_page.click_map(lon(0.5), at(0, 0.5)[1])
    table.page.get_by_role("button", name="Create grids").wait_for()


def test_grids_are_created_in_a_community_without_any(town: TownService, open_table):
    insert_empty_community(town, homes=6)
    table = open_table()
    open_empty_community(table)
    assert table.page.evaluate("() => Object.values(Gridward.layers)[0]._map.getZoom()") > 14
    expect(table.page.locator("#hint")).to_contain_text("create them in the panel")
    table.page.get_by_role("button", name="Create grids").click()
    dialog = table.page.get_by_role("dialog")
    expect(dialog).to_contain_text("6 buildings with 600 households")
    count = dialog.get_by_label("Number of grids (1 to 6)")
    assert count.input_value() == "2"
    dialog.get_by_label("Households per grid").fill("200")
    assert count.input_value() == "3"
    table.page.keyboard.press("Enter")
    rows = table.page.locator(f"tr[data-code^='{EMPTY}']")
    expect(rows).to_have_count(3)
    assert town.operations(1) == [{"kind": "create", "community": EMPTY, "count": 3}]
    steps = table.open_tab("Steps")
    expect(steps).to_contain_text("Create 3 grids in 新城社区")
    table.page.keyboard.press("Control+z")
    expect(steps.locator("li.undone")).to_have_count(1)
    table.open_tab("Grids").get_by_role("button", name="Create grids").wait_for()
