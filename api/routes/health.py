"""Health, readiness and metrics.

They need neither a thread nor a database connection, so that they respond under any load: the
thread that follows the revisions knows the state of the database.
"""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.errors import COMMON_RESPONSES
from api.schemas.health import HealthOut, ReadinessOut

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def healthz() -> HealthOut:
    """Liveness: the process responds."""
    return HealthOut()


@router.get("/readyz", responses={503: COMMON_RESPONSES[503]})
async def readyz(request: Request) -> ReadinessOut:
    """Readiness: the database is migrated, and lookups follow its revisions."""
    return ReadinessOut(migration=request.app.state.snapshots.require_up_to_date())


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Metrics of requests, for Prometheus."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
