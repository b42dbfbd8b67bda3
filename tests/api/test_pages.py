"""The pages of the real service on the sample city, opened in a browser without network."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import pytest
from sqlalchemy import Engine, text

from geo import db
from tests.conftest import Databases

pytestmark = pytest.mark.browser

GRIDWARD = str(Path(sys.executable).parent / "gridward")


@dataclass(frozen=True)
class Service:
    """A running service, and the database behind it."""

    home: str
    engine: Engine

    def spot(self, condition: str) -> tuple[str, float, float]:
        """The code of the first building that meets a condition, and where it stands."""
        asked = text(f"""
            SELECT building.code, ST_X(point), ST_Y(point) FROM building
            LEFT JOIN property_coverage AS today
                ON today.building_code = building.code AND today.covered @> current_date
            WHERE {condition} ORDER BY building.code LIMIT 1
        """)
        with self.engine.connect() as connection:
            return tuple(connection.execute(asked).one())


@pytest.fixture(scope="module")
def service(databases: Databases, template: str) -> Iterator[Service]:
    """`gridward demo` and `gridward serve`, as the README has them."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = databases.make(template)
    environment = os.environ | {
        "GRIDWARD_DATABASE_URL": url,
        "GRIDWARD_PORT": str(port),
        "GRIDWARD_LANGUAGE": "en",
    }
    subprocess.run([GRIDWARD, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen(
        [GRIDWARD, "serve"], env=environment, stderr=subprocess.PIPE, text=True
    )
    said = server.stderr.readline()
    assert "answers at" in said, said
    engine = db.connect(url)
    yield Service(f"http://127.0.0.1:{port}", engine)
    engine.dispose()
    server.terminate()
    assert server.wait(20) in (0, -15)
    server.stderr.close()


def test_the_front_page_has_the_published_figures(service, visit):
    shown = visit(service.home)
    assert "4,253" in shown.page.inner_text("body")
    assert "86.0" in shown.page.inner_text("body")
    assert "595" in shown.page.inner_text("body")


def test_a_click_on_a_building_without_coverage_says_why(service, visit):
    code, lon, lat = service.spot("today.id IS NULL")
    shown = visit(f"{service.home}/maps/property-coverage")
    shown.look(lon, lat, 18)
    shown.click_map(lon, lat)
    popup = shown.text(".leaflet-popup")
    assert code in popup
    assert "never" in popup.lower() or "since" in popup.lower()


def test_a_click_on_a_covered_building_names_its_manager(service, visit):
    code, lon, lat = service.spot("today.id IS NOT NULL")
    shown = visit(f"{service.home}/maps/property-coverage")
    shown.look(lon, lat, 18)
    shown.click_map(lon, lat)
    assert code in shown.text(".leaflet-popup")


@pytest.mark.parametrize("subject", ["property-coverage", "grids", "issues"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages_and_asks_no_other_host(
    service, visit, subject, language
):
    shown = visit(f"{service.home}/maps/{subject}?lang={language}")
    assert shown.page.locator("canvas, .leaflet-tile").count() > 0


def test_search_finds_a_community_by_name(service, visit):
    shown = visit(f"{service.home}/maps/property-coverage?lang=zh")
    shown.page.locator("input[type=search], header input").first.fill("为民")
    shown.page.get_by_text("为民社区").last.wait_for()


def test_the_documentation_opens_without_another_host(service, browser):
    page = browser.new_page()
    foreign = []
    page.on(
        "request",
        lambda asked: foreign.append(asked.url) if not asked.url.startswith(service.home) else None,
    )
    page.goto(f"{service.home}/docs")
    page.get_by_text("/v1/lookup").first.wait_for()
    page.close()
    assert [url for url in foreign if not url.startswith("data:")] == []


def test_a_map_of_one_file_opens_from_disk(service, visit, tmp_path):
    url = service.engine.url.render_as_string(hide_password=False)
    path = tmp_path / "map.html"
    subprocess.run(
        [GRIDWARD, "map", "property-coverage", "-o", str(path), "--language", "en"],
        env=os.environ | {"GRIDWARD_DATABASE_URL": url},
        check=True,
        stderr=subprocess.DEVNULL,
    )
    assert path.stat().st_size < 2_000_000
    shown = visit(path.as_uri())
    assert "595" in shown.page.inner_text("body")
