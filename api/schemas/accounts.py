"""The shapes of answers and bodies about accounts, tokens and the audit."""

import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.resources import FromRow, Link
from geo.models import Role

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Plain = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x20]*$")]


class AccountOut(FromRow):
    """An account; what it signs in with is never told."""

    login: str = Field(examples=["chen"])
    name: str | None
    role: Role
    reach: str = Field(
        description="The code of what it may change; empty is everywhere.", examples=["230403001"]
    )
    created_at: datetime.datetime
    disabled_at: datetime.datetime | None


class AccountsOut(BaseModel):
    """A page of accounts, by login; `links` has `next` while there is more."""

    accounts: list[AccountOut]
    links: list[Link] = []


class AccountIn(BaseModel):
    """An account to make."""

    model_config = ConfigDict(extra="forbid")

    login: Plain = Field(min_length=1, examples=["chen"])
    role: Role
    reach: Plain = Field("", description="Empty is everywhere.", examples=["230403001"])
    name: Line | None = None
    password: str | None = Field(None, description="Without one it can only use tokens.")


class TokenIn(BaseModel):
    """A token to make."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = Field(None, examples=["the rider app"])
    days: int | None = Field(None, ge=1, le=3650, description="Without, it never expires.")


class TokenOut(FromRow):
    """A token, without its secret."""

    id: int
    name: str | None
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    revoked_at: datetime.datetime | None
    last_used_at: datetime.datetime | None = Field(description="To the minute.")


class TokenMade(TokenOut):
    """A new token with its secret, which is told this once."""

    token: str = Field(examples=["gridward_…"])


class TokensOut(BaseModel):
    """The tokens of an account, oldest first."""

    tokens: list[TokenOut]


class AuditOut(FromRow):
    """One thing that was done."""

    id: int
    made_at: datetime.datetime
    login: str
    action: str = Field(examples=["revision.revert"])
    subject: str = Field(examples=["revision 7"])
    detail: dict[str, Any] | None
    address: str = Field(examples=["10.0.0.7"])


class AuditPage(BaseModel):
    """A page of the audit, newest first; `links` has `next` while there is more."""

    entries: list[AuditOut]
    links: list[Link] = []
