"""Accounts and their tokens."""

import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.base import FromAttributes, RequestBody
from api.schemas.links import LinkOut
from geo.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from geo.input_types import (
    MAX_CODE_LENGTH,
    SINGLE_LINE_PATTERN,
    DocumentedPattern,
    Name,
    SingleLine,
)
from geo.models import Role

Identifier = Annotated[
    SingleLine,
    StringConstraints(max_length=MAX_CODE_LENGTH, pattern=r"^[^\x00-\x20]*$"),
    DocumentedPattern(SINGLE_LINE_PATTERN.replace("^[^", r"^[^\u0020")),
]


class AccountOut(FromAttributes):
    """An account, without its credentials."""

    login: str = Field(examples=["chen"])
    name: str | None = Field(description="The display name, public with published revisions.")
    role: Role
    reach: str | None = Field(
        description="The area or grid code that it may change; null is unrestricted.",
        examples=["230403001"],
    )
    created_at: datetime.datetime
    disabled_at: datetime.datetime | None


class AccountPageOut(BaseModel):
    """A page of accounts, by login; `links` has `next` unless it is the last page."""

    accounts: list[AccountOut]
    links: list[LinkOut] = []


class AccountIn(RequestBody):
    """An account to create."""

    login: Identifier = Field(min_length=1, examples=["chen"])
    role: Role
    reach: Identifier | None = Field(
        None,
        description="The area or grid code that it may change; unrestricted if omitted.",
        examples=["230403001"],
    )
    name: Name | None = None
    password: str | None = Field(
        None,
        max_length=1000,
        json_schema_extra={"minLength": MIN_LENGTH, "maxLength": MAX_LENGTH},
        description="Without one it can only use tokens.",
    )


class TokenIn(RequestBody):
    """A token to create."""

    name: Name | None = Field(None, examples=["the rider app"])
    days: int | None = Field(
        None,
        ge=1,
        le=3650,
        description="If omitted, it expires with the caller's token, or else never.",
    )


class TokenOut(FromAttributes):
    """A token, without its secret."""

    id: int
    name: str | None
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    revoked_at: datetime.datetime | None
    last_used_at: datetime.datetime | None = Field(description="To the minute.")


class NewTokenOut(TokenOut):
    """A new token with its secret, which is shown only once."""

    token: str = Field(examples=["gridward_…"])


class TokenListOut(BaseModel):
    """The tokens of an account, oldest first."""

    tokens: list[TokenOut]
