"""Health, readiness and metrics.

They need neither a thread nor a database connection, so that they respond under any load: the
thread that follows the revisions knows the state of the database.
"""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.metrics import render_metrics
from api.schemas.health import HealthOut, ReadinessOut

router = APIRouter(tags=["operations"])


class MetricsResponse(PlainTextResponse):
    """Metrics in the text format of Prometheus."""

    media_type = CONTENT_TYPE_LATEST


@router.get("/healthz")
async def healthz() -> HealthOut:
    """Liveness: the process responds."""
    return HealthOut()


@router.get("/readyz")
async def readyz(request: Request) -> ReadinessOut:
    """Readiness: the database is migrated, and lookups follow its revisions."""
    return ReadinessOut(migration=request.app.state.snapshots.require_up_to_date())


@router.get("/metrics", response_class=MetricsResponse)
async def metrics(request: Request) -> MetricsResponse:
    """Metrics of the requests to all workers, for Prometheus."""
    return MetricsResponse(render_metrics(request.app.state.metrics))
