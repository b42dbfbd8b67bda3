"""Tiles over HTTP: immutable if the URL states their version, and never stale."""

from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from geo import city_time, table_versions
from geo.tiles import versions
from tests.tiles import ZONE, tile_around

TILE = tile_around(10, 5, 14)
TABLES = {"areas": "area", "grids": "micro_grid"}


def path_of(layer: str) -> str:
    return f"/tiles/{layer}/{TILE.z}/{TILE.x}/{TILE.y}.mvt"


@pytest.fixture
def get_tile(client, session):
    """Request a tile as a page does, with the date, the revision and the layer's version."""

    def get(
        layer: str = "buildings", on: str = "2025-01-01", version: str | None = None, **headers
    ):
        version = version or versions.read_layer_versions(session, ZONE)[layer]
        revision = table_versions.count_revisions(session, city_time.now())
        params = {"on": on, "revision": revision, "version": version}
        return client.get(path_of(layer), params=params, headers=headers)

    return get


@pytest.mark.parametrize("on", ["2025-01-01", str(city_time.today(ZONE))])
def test_a_url_with_the_current_version_is_immutable(get_tile, on):
    for _ in range(2):
        response = get_tile(on=on)
        assert "immutable" in response.headers["cache-control"]
        assert b"b1" in response.content


def test_a_stored_tile_needs_no_database(get_tile, app, client):
    url = str(get_tile().url)
    app.state.sessions = None
    app.state.tile_renderer = replace(app.state.tile_renderer, cursor=None)
    assert b"b1" in client.get(url).content


def test_a_write_is_visible_at_once_under_a_new_url(get_tile, session):
    before = get_tile("grids")
    session.execute(text("UPDATE micro_grid SET name = 'renamed'"))
    after = get_tile("grids")
    assert b"renamed" not in before.content
    assert b"renamed" in after.content
    assert after.url != before.url


def test_a_url_with_an_outdated_version_returns_the_current_tile(get_tile, session):
    session.execute(text("UPDATE building SET name = 'renamed'"))
    response = get_tile(version="0" * 16)
    assert b"renamed" in response.content
    assert response.headers["cache-control"] == "no-cache"


def test_a_url_without_date_or_version_is_revalidated(client):
    path = path_of("buildings")
    response = client.get(path)
    assert response.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_client_without_gzip_gets_the_same_tile(get_tile):
    plain = get_tile(**{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == get_tile().content


def test_a_url_with_another_revision_than_the_current_is_not_immutable(client, session):
    version = versions.read_layer_versions(session, ZONE)["grids"]
    path = path_of("grids")
    params = {"on": str(city_time.today(ZONE)), "revision": 77, "version": version}
    assert client.get(path, params=params).headers["cache-control"] == "no-cache"


def test_a_page_states_the_version_of_each_layer(client, session):
    page = client.get("/maps/property-coverage")
    assert page.status_code == 200
    for version in versions.read_layer_versions(session, ZONE).values():
        assert version in page.text


@pytest.mark.parametrize("layer", ["areas", "grids"])
def test_a_write_is_in_the_next_tile_even_if_everything_was_cached(client, session, layer):
    path, table = path_of(layer), TABLES[layer]
    client.get(path)
    for name in ("renamed", "named again"):
        session.execute(text(f"UPDATE {table} SET name = '{name}'"))
        assert name.encode() in client.get(path).content


def test_a_deleted_grid_is_in_no_tile(client, session):
    path = path_of("grids")
    assert b"230403001001001" in client.get(path).content
    session.execute(text("DELETE FROM micro_grid WHERE code = '230403001001001'"))
    assert b"230403001001001" not in client.get(path).content


@pytest.mark.parametrize("layer", ["areas", "buildings", "backdrop"])
def test_a_layer_that_is_the_same_on_every_day_is_immutable_without_a_date(client, session, layer):
    """Two requests: one that renders the tile, one that finds it in the store."""
    version = versions.read_layer_versions(session, ZONE)[layer]
    for _ in range(2):
        response = client.get(path_of(layer), params={"version": version})
        assert "immutable" in response.headers["cache-control"]


@pytest.mark.parametrize("layer", ["areas", "grids"])
def test_property_coverage_changes_no_tile_of_areas_or_grids(get_tile, session, layer):
    """Their figures are requested by day, so another day needs no other tiles."""
    before = get_tile(layer)
    session.execute(text("DELETE FROM property_coverage"))
    assert get_tile(layer).url == before.url


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/trams/14/1/1.mvt", 422),
        ("/tiles/grids/14/1/x.mvt", 422),
        ("/tiles/grids/14/1/-1.mvt", 422),
        ("/tiles/grids/25/1/1.mvt", 422),
        ("/tiles/grids/99/1/1.mvt", 422),
        ("/tiles/grids/3/8/0.mvt", 422),
        ("/tiles/grids/14/1/1.mvt?on=yesterday", 422),
        ("/tiles/grids/14/1/1.mvt?colour=red", 422),
        ("/tiles/grids/14/1/1", 404),
    ],
)
def test_an_invalid_url_is_rejected(client, path, status):
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_an_unreachable_database_is_a_503(app, client):
    @contextmanager
    def fail():
        raise psycopg.OperationalError("unreachable")
        yield

    app.state.tile_renderer = replace(app.state.tile_renderer, cursor=fail)
    response = client.get(path_of("grids"))
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
