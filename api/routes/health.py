"""For those who run the service: is it alive, is it ready, what has it done."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from api.errors import PROBLEMS
from geo import db

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(Health):
    """The service can do its work: the database is at this migration, and lookups follow it."""

    migration: str


@router.get("/healthz")
def healthz() -> Health:
    """Whether the process is alive."""
    return Health()


@router.get("/readyz", responses={503: PROBLEMS[503]})
def readyz(request: Request) -> Readiness:
    """Whether the database answers and is migrated, and lookups follow it."""
    migration = db.require_migrated(request.app.state.engine)
    request.app.state.live.require_following()
    return Readiness(migration=migration)


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Counts and times of requests, for Prometheus."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
