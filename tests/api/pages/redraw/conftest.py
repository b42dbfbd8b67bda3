"""The redraw table of a plan of the town."""

import pytest

from tests.api.pages.redraw.town_table import TownTable
from tests.redraw_service import TownService


@pytest.fixture
def open_table(town: TownService, open_url):  # the page closes before the server
    town.create_plan("South-west: <b>split</b>", "chen")
    cookies = [town.cookie("chen")]
    return lambda path="/redraw/1", **options: TownTable(
        open_url, town.home, path, **{"cookies": cookies} | options
    )


@pytest.fixture
def table(open_table) -> TownTable:
    table = open_table()
    table.open_community()
    return table
