"""The application as a whole: compression, CORS, the ends of the calendar."""

import gc

import pytest
from fastapi.testclient import TestClient

from api.app import create_app_from_environment
from api.serializers.batch_tables import REVISION_HEADER, SUMMARY_HEADER
from geo import db


def test_large_responses_are_compressed(client, district):
    response = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"


def test_pages_of_other_sites_may_read_responses(client, district):
    response = client.get("/v1/areas", headers={"Origin": "https://example.org"})
    assert response.headers["access-control-allow-origin"] == "*"


def test_pages_of_other_sites_may_read_the_headers_of_a_lookup(client):
    elsewhere = {"Origin": "https://map.example"}
    response = client.post("/v1/lookup", json={"points": [[130.005, 47.005]]}, headers=elsewhere)
    assert response.headers["access-control-allow-origin"] == "*"
    exposed = set(response.headers["access-control-expose-headers"].split(", "))
    assert {"ETag", "Link", "Location", REVISION_HEADER, SUMMARY_HEADER} <= exposed
    csv = {"Content-Type": "text/csv"} | elsewhere
    response = client.post("/v1/lookup", content="lon,lat\n130.005,47.005\n", headers=csv)
    assert {REVISION_HEADER.lower(), SUMMARY_HEADER.lower()} <= response.headers.keys()


def test_pages_of_other_sites_cannot_send_cookies(client):
    preflight = {"Origin": "https://map.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/v1/plans", headers=preflight)
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_batch_lookups_are_compressed_if_the_client_accepts_it_and_single_lookups_never(
    client, accepted
):
    headers = {"Accept-Encoding": accepted}
    many = client.post(
        "/v1/lookup",
        content="lon,lat\n" + "130.005,47.005\n" * 500,
        headers={"Content-Type": "text/csv"} | headers,
    )
    assert many.headers.get("content-encoding", "identity") == accepted
    assert len(many.text.splitlines()) == 501
    one = client.get("/v1/lookup?lon=130.005&lat=47.005&detail=border,building", headers=headers)
    assert one.status_code == 200
    assert "content-encoding" not in one.headers
    assert len(one.content) < 1000


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/issues?since={day}&until={day}",
        "/v1/issues/counts?since={day}&until={day}",
        "/v1/grids?at={day}T23:59:59-12:00",
        "/v1/lookup?lon=130.005&lat=47.005&at={day}T00:00:00%2B14:00",
        "/tiles/issues/12/3532/1428.mvt?since={day}&until={day}",
        "/tiles/areas/12/3532/1428.mvt?on={day}",
    ],
)
def test_the_first_and_last_days_of_the_calendar_are_valid(client, path, day):
    """People write 9999-12-31 for "for ever"."""
    assert client.get(path.format(day=day)).status_code == 200


@pytest.mark.parametrize(
    ("day", "code"), [("0001-01-01", "no_records"), ("9999-12-31", "day_to_come")]
)
@pytest.mark.parametrize(
    "path",
    [
        "/v1/buildings?on={day}",
        "/v1/property-coverage?on={day}",
        "/v1/property-coverage/changes?since={day}&on={day}",
        "/maps/property-coverage?on={day}",
    ],
)
def test_the_first_and_last_days_of_the_calendar_have_no_records(client, district, path, day, code):
    assert client.get(path.format(day=day)).json()["code"] == code


def test_no_engine_shows_the_parameters_of_statements(app):
    """They are names and phone numbers, which messages and logs would repeat."""
    assert app.state.engines
    assert all(engine.hide_parameters for engine in app.state.engines.values())
    assert app.state.tile_connections._engine.hide_parameters
    assert db.create_listener_engine(next(iter(app.state.engines.values()))).hide_parameters


def test_a_worker_never_collects_the_objects_of_its_start(monkeypatch, database_url):
    """A full collection would scan some 200,000 of them, with the GIL."""
    monkeypatch.setenv("GRIDWARD_DATABASE_URL", database_url)
    try:
        with TestClient(create_app_from_environment()):
            assert gc.get_freeze_count() > 100_000
            assert len(gc.get_objects()) < gc.get_freeze_count() / 10
    finally:
        gc.unfreeze()
