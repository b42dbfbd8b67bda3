"""The audit log."""

import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.base import FromAttributes
from api.schemas.links import LinkOut


class AuditEntryOut(FromAttributes):
    """One recorded action."""

    id: int
    made_at: datetime.datetime
    login: str
    action: str = Field(examples=["revision.revert"])
    subject: str = Field(examples=["revision 7"])
    detail: dict[str, Any] | None
    address: str = Field(examples=["10.0.0.7"])


class AuditPageOut(BaseModel):
    """A page of the audit log, newest first; `links` has `next` unless it is the last page."""

    entries: list[AuditEntryOut]
    links: list[LinkOut] = []
