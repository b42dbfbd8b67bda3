"""Health and readiness of the service."""

from typing import Literal

from pydantic import BaseModel


class HealthOut(BaseModel):
    """The process responds."""

    status: Literal["ok"] = "ok"


class ReadinessOut(HealthOut):
    """The database is at this migration, and lookups follow its revisions."""

    migration: str
