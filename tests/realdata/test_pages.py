"""The map pages on Chiyoda's 11,581 buildings and its repaired small areas."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import geopandas
import pytest
from playwright.sync_api import expect

from tests.conftest import Databases
from tests.sample_service import GRIDWARD, Service, environment_of, serving

pytestmark = pytest.mark.browser

PALACE_SIDE = (139.7573, 35.6932)


@pytest.fixture(scope="module")
def chiyoda(
    databases: Databases, template: str, realdata: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Small areas as grids, the ward as their community, and every building of the ward."""
    file = tmp_path_factory.mktemp("chiyoda") / "areas.gpkg"
    tokyo = geopandas.read_file(realdata / "partitions/tokyo23ku_smallareas2015_simplified.gpkg")
    tokyo[tokyo.small_area_code.str.startswith("13101")].to_file(file)
    url = databases.make(template)
    homes = str(realdata / "buildings/tokyo_chiyoda_plateau2020_buildings.gpkg")
    told = {"grids": "code=small_area_code,name=label", "buildings": "code=building_id"}
    grids = ["grids", str(file), "--repair", "--areas-from-codes", "5"]
    for command in (grids, ["buildings", homes]):
        subprocess.run(
            [GRIDWARD, "import", *command, "--columns", told[command[0]], "--on-error", "skip"],
            env=environment_of(url),
            check=True,
            capture_output=True,
        )
    with serving(url) as service:
        yield service


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (390, 844)])
def test_a_ward_of_another_country_is_looked_at_like_any_other(chiyoda: Service, visit, size):
    shown = visit(f"{chiyoda.home}/maps/property-coverage", size=size)
    expect(shown.page.locator("#figures")).to_contain_text(re.compile(r"1[01],\d{3}"))
    shown.look(*PALACE_SIDE, 17)
    rows = shown.page.locator("tbody tr")
    expect(shown.page.locator("tfoot th")).to_contain_text("In view")
    rows.first.locator("button").press("Enter")
    expect(shown.page.locator(".history")).to_contain_text("Never covered")
    shown.page.get_by_role("slider", name="Day shown").press("Home")
    expect(shown.page.locator("#as-of")).to_contain_text("2016")
    shown.settle()
    shown.page.get_by_role("button", name="Compare two days").press("Enter")
    expect(shown.page.locator("thead")).to_contain_text("Gained")
