"""Health, readiness and metrics."""

from fastapi.testclient import TestClient

from api.app import create_app
from geo.postgres import migrations


def test_health_requires_no_database_and_readiness_names_the_migration(app, client, engine):
    app.state.snapshots.current()
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "migration": migrations.head_revision()}


def test_without_a_database_the_service_is_not_ready(settings):
    elsewhere = settings.model_copy(update={"database_url": "postgresql://x@/x?host=/nowhere"})
    app = create_app(elsewhere)
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/healthz").status_code == 200
        for path, code in (("/readyz", "database_disconnected"), ("/v1/areas", "unavailable")):
            response = client.get(path)
            assert (response.status_code, response.json()["code"]) == (503, code)
            assert response.headers["retry-after"].isdigit()


def test_metrics_are_counted_by_route_not_by_path(client, district):
    client.get("/v1/grids/230403001001001")
    text = client.get("/metrics").text
    assert 'route="/v1/grids/{code}",status="200"' in text
    assert "230403001001001" not in text
