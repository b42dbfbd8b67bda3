"""Tiles over HTTP: kept for good where the address says what they show, and never out of date."""

from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import text

from geo import city_time
from geo.tiles import renderer, versions
from tests.geo.tiles.test_renderer import around

ZONE = "Asia/Shanghai"
TILE = around(10, 5, 14)
TABLES = {"areas": "area", "grids": "micro_grid"}


@pytest.fixture
def ask(client, session):
    """Ask for a tile as a page does, naming the day, the revision and the layer's state."""

    def ask(layer: str = "buildings", on: str = "2025-01-01", state: str | None = None, **headers):
        named = state or versions.of_layers(session, ZONE)[layer]
        revision = versions.revisions_at(session, city_time.now())
        path = f"/tiles/{layer}/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
        asked = {"on": on, "revision": revision, "state": named}
        return client.get(path, params=asked, headers=headers)

    return ask


@pytest.mark.parametrize("on", ["2025-01-01", str(city_time.today(ZONE))])
def test_an_address_that_names_what_it_shows_may_be_kept_for_good(ask, on):
    for _ in range(2):
        answer = ask(on=on)
        assert "immutable" in answer.headers["cache-control"]
        assert b"b1" in answer.content


def test_a_kept_tile_is_answered_without_the_database(ask, app, client):
    address = str(ask().url)
    app.state.sessions = app.state.reading = None
    assert b"b1" in client.get(address).content


def test_a_change_is_seen_at_once_under_a_new_address(ask, session):
    before = ask("grids")
    session.execute(text("UPDATE micro_grid SET name = 'renamed'"))
    after = ask("grids")
    assert b"renamed" not in before.content
    assert b"renamed" in after.content
    assert after.url != before.url


def test_an_address_of_a_state_that_is_not_kept_is_answered_as_of_now(ask, session):
    session.execute(text("UPDATE building SET name = 'renamed'"))
    answer = ask(state="0" * 16)
    assert b"renamed" in answer.content
    assert answer.headers["cache-control"] == "no-cache"


def test_an_address_without_a_day_or_a_state_is_asked_again(client):
    path = f"/tiles/buildings/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
    answer = client.get(path)
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_reader_without_gzip_gets_the_same_tile(ask):
    plain = ask(**{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == ask().content


def test_another_revision_named_than_the_one_in_force_is_not_kept(client, session):
    state = versions.of_layers(session, ZONE)["grids"]
    path = f"/tiles/grids/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
    asked = {"on": str(city_time.today(ZONE)), "revision": 77, "state": state}
    assert client.get(path, params=asked).headers["cache-control"] == "no-cache"


def test_a_page_names_the_state_of_each_layer(client, session):
    page = client.get("/maps/property-coverage")
    assert page.status_code == 200
    for name in versions.of_layers(session, ZONE).values():
        assert name in page.text


@pytest.mark.parametrize("layer", ["areas", "grids"])
def test_a_change_is_in_the_next_tile_though_all_was_known_before(client, session, layer):
    path, table = f"/tiles/{layer}/{TILE.z}/{TILE.x}/{TILE.y}.mvt", TABLES[layer]
    client.get(path)
    for name in ("renamed", "named again"):
        session.execute(text(f"UPDATE {table} SET name = '{name}'"))
        assert name.encode() in client.get(path).content


def test_a_place_that_goes_is_in_no_tile_any_more(client, session):
    path = f"/tiles/grids/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
    assert b"230403001001001" in client.get(path).content
    session.execute(text("DELETE FROM micro_grid WHERE code = '230403001001001'"))
    assert b"230403001001001" not in client.get(path).content


def test_a_tile_while_others_commit_is_answered_and_not_kept(client, session, monkeypatch):
    """Whoever draws finds the register changed each time; of that day no other test keeps one."""
    paint = renderer.paint

    def disturbed(*asked):
        session.execute(text("UPDATE micro_grid SET name = 'disturbed'"))
        return paint(*asked)

    monkeypatch.setattr(renderer, "paint", disturbed)
    state = versions.of_layers(session, ZONE)["grids"]
    path = f"/tiles/grids/{TILE.z}/{TILE.x}/{TILE.y}.mvt?on=2024-02-02&state={state}"
    answer = client.get(path)
    assert answer.headers["cache-control"] == "no-cache"
    assert b"disturbed" in answer.content


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
def test_what_is_wrong_with_an_address_is_told(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_database_that_has_gone_is_told(app, client):
    @contextmanager
    def gone():
        raise psycopg.OperationalError("gone")
        yield

    app.state.reading = gone
    answer = client.get(f"/tiles/grids/{TILE.z}/{TILE.x}/{TILE.y}.mvt")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
