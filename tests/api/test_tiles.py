"""Tiles over HTTP: kept for good where the address says what they show, and never out of date."""

import pytest
from sqlalchemy import text

from geo import grids, moments, states
from tests.geo.test_tiles import around

ZONE = "Asia/Shanghai"
TILE = around(10, 5, 14)


@pytest.fixture
def ask(client, session):
    """Ask for a tile as a page does, naming the day, the revision and the layer's state."""

    def ask(layer: str = "buildings", on: str = "2025-01-01", state: str | None = None, **headers):
        named = state or states.of_layers(session, ZONE)[layer]
        revision = grids.revision_at(session, moments.now())
        path = f"/tiles/{layer}/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
        asked = {"on": on, "revision": revision, "state": named}
        return client.get(path, params=asked, headers=headers)

    return ask


@pytest.mark.parametrize("on", ["2025-01-01", str(moments.today(ZONE))])
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
    state = states.of_layers(session, ZONE)["grids"]
    path = f"/tiles/grids/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
    asked = {"on": str(moments.today(ZONE)), "revision": 77, "state": state}
    assert client.get(path, params=asked).headers["cache-control"] == "no-cache"


def test_a_page_names_the_state_of_each_layer(client, session):
    page = client.get("/maps/property-coverage")
    assert page.status_code == 200
    for name in states.of_layers(session, ZONE).values():
        assert name in page.text
