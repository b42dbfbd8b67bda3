"""The map pages on Chiyoda's 11,581 buildings and its repaired small areas."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import Databases
from tests.realdata.conftest import import_chiyoda
from tests.sample_service import Service, serve_database

pytestmark = pytest.mark.browser

PALACE_SIDE = (139.7573, 35.6932)


@pytest.fixture(scope="module")
def chiyoda(
    databases: Databases, template: str, realdata: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service on the ward."""
    url = databases.make(template)
    import_chiyoda(url, realdata, tmp_path_factory.mktemp("chiyoda"))
    with serve_database(url) as service:
        yield service


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (390, 844)])
def test_the_coverage_page_shows_a_ward_of_another_country(chiyoda: Service, open_url, size):
    shown = open_url(f"{chiyoda.home}/maps/property-coverage", size=size)
    expect(shown.page.locator("#figures")).to_contain_text(re.compile(r"1[01],\d{3}"))
    shown.set_view(*PALACE_SIDE, 17)
    rows = shown.page.locator("tbody tr")
    expect(shown.page.locator("tfoot th")).to_contain_text(re.compile(r"Total \(1[01],\d{3}\)"))
    rows.first.locator("button").press("Enter")
    expect(shown.page.locator(".history")).to_contain_text("Never covered")
    shown.page.get_by_role("slider", name="Date shown").press("Home")
    expect(shown.page.locator("#as-of")).to_contain_text("2016")
    shown.wait_until_rendered()
    shown.page.get_by_role("button", name="Compare two dates").press("Enter")
    expect(shown.page.locator("thead")).to_contain_text("Gained")
