"""What those who run the service see, and the shape of every error."""

import pytest

from api.serializers.batch_lookup import REVISION, SUMMARY
from geo.postgres import migrations


def test_health_needs_no_database_and_readiness_names_the_migration(app, client, engine):
    app.state.live.now()
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "migration": migrations.newest()}


def test_a_database_that_does_not_answer_makes_the_service_unready(app, client, settings):
    from fastapi.testclient import TestClient

    from api.app import create_app

    elsewhere = settings.model_copy(update={"database_url": "postgresql://x@/x?host=/nowhere"})
    with TestClient(create_app(elsewhere), raise_server_exceptions=False) as lost:
        assert lost.get("/healthz").status_code == 200
        for path in ("/readyz", "/v1/areas"):
            answer = lost.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_metrics_count_requests_by_route_and_not_by_path(client, district):
    client.get("/v1/grids/230403001001001")
    text = client.get("/metrics").text
    assert 'route="/v1/grids/{code}",status="200"' in text
    assert "230403001001001" not in text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/v1/areas", 405)]
)
def test_every_error_is_a_problem_document(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_the_openapi_document_has_a_problem_and_a_description_for_every_route(client):
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"], path
            problem = operation["responses"]["422"]["content"]
            assert "application/problem+json" in problem, path


def test_large_answers_are_compressed_for_those_who_can(client, district):
    answer = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


def test_other_sites_may_read_the_answers(client, district):
    answer = client.get("/v1/areas", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_type_of_a_problem_leads_to_what_it_means(client, district):
    problem = client.get("/v1/grids/nowhere").json()
    path, _, anchor = problem["type"].partition("#")
    page = client.get(path)
    assert page.status_code == 200
    assert f'id="{anchor}"' in page.text
    assert "No grid has had this code" in page.text


def test_pages_of_other_hosts_may_read_what_a_lookup_says_in_its_headers(client):
    elsewhere = {"Origin": "https://map.example"}
    answer = client.post("/v1/lookup", json={"points": [[130.005, 47.005]]}, headers=elsewhere)
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert {"ETag", "Link", "Location", REVISION, SUMMARY} <= exposed
    csv = {"Content-Type": "text/csv"} | elsewhere
    answer = client.post("/v1/lookup", content="lon,lat\n130.005,47.005\n", headers=csv)
    assert {REVISION.lower(), SUMMARY.lower()} <= answer.headers.keys()


def test_cookies_of_other_hosts_pages_are_not_taken(client):
    asked = {"Origin": "https://map.example", "Access-Control-Request-Method": "POST"}
    assert (
        "access-control-allow-credentials" not in client.options("/v1/plans", headers=asked).headers
    )


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_large_answers_are_compressed_for_those_who_take_it_and_single_lookups_never(
    client, accepted
):
    taken = {"Accept-Encoding": accepted}
    many = client.post(
        "/v1/lookup",
        content="lon,lat\n" + "130.005,47.005\n" * 500,
        headers={"Content-Type": "text/csv"} | taken,
    )
    assert many.headers.get("content-encoding", "identity") == accepted
    assert len(many.text.splitlines()) == 501
    one = client.get("/v1/lookup?lon=130.005&lat=47.005&detail=border,building", headers=taken)
    assert one.status_code == 200
    assert "content-encoding" not in one.headers
    assert len(one.content) < 1000


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/issues?since={day}&until={day}",
        "/v1/issues/counts?since={day}&until={day}",
        "/v1/buildings?on={day}",
        "/v1/property-coverage?on={day}",
        "/v1/property-coverage/changes?since={day}&on={day}",
        "/v1/grids?at={day}T23:59:59-12:00",
        "/v1/lookup?lon=130.005&lat=47.005&at={day}T00:00:00%2B14:00",
        "/tiles/issues/12/3532/1428.mvt?since={day}&until={day}",
        "/tiles/areas/12/3532/1428.mvt?on={day}",
        "/maps/property-coverage?on={day}",
    ],
)
def test_the_first_and_the_last_day_of_the_calendar_are_days_like_any_other(client, path, day):
    """9999-12-31 is what people write for "for ever"."""
    assert client.get(path.format(day=day)).status_code == 200
