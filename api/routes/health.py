"""Health, readiness and metrics."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.errors import COMMON_RESPONSES
from api.schemas.health import HealthOut, ReadinessOut
from geo import db

router = APIRouter(tags=["operations"])


@router.get("/healthz")
def healthz() -> HealthOut:
    """Liveness: the process responds."""
    return HealthOut()


@router.get("/readyz", responses={503: COMMON_RESPONSES[503]})
def readyz(request: Request) -> ReadinessOut:
    """Readiness: the database is migrated, and lookups follow its revisions."""
    migration = db.require_migrated(request.app.state.engine)
    request.app.state.snapshots.require_up_to_date()
    return ReadinessOut(migration=migration)


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Metrics of requests, for Prometheus."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
