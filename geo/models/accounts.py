"""Accounts, their credentials and login sessions, and the audit log."""

import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, TIMESTAMPTZ, Base, text_enum


class Role(StrEnum):
    """What an account may do, in rising order; each role includes those before it."""

    VIEWER = "viewer"
    REPORTER = "reporter"
    COORDINATOR = "coordinator"
    ADMIN = "admin"

    def includes(self, least: "Role") -> bool:
        """Return whether this role may do everything that `least` may."""
        order = list(Role)
        return order.index(self) >= order.index(least)


class Account(Base):
    """A person or program that can authenticate. Accounts are disabled, never deleted."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("login <> ''", name="account_login_not_empty"),
        CheckConstraint("login = lower(login)", name="account_login_lower_case"),
        CheckConstraint("reach <> ''", name="account_reach_not_empty"),
        Index("account_login_unique", "login", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(CODE)
    name: Mapped[str | None] = mapped_column(Text)
    """The display name. Public with the revisions that the account publishes; the login is not."""
    role: Mapped[Role] = mapped_column(text_enum(Role, "account_role_known"))
    reach: Mapped[str | None] = mapped_column(CODE)
    """Prefix of the codes of areas and grids that it may change; null is unrestricted."""
    password_hash: Mapped[str | None] = mapped_column(Text)
    """An argon2 hash; null if the account only has tokens."""
    created_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())
    disabled_at: Mapped[datetime.datetime | None] = mapped_column(TIMESTAMPTZ)


class Token(Base):
    """An API token; only the hash of its secret is stored."""

    __tablename__ = "token"
    __table_args__ = (
        CheckConstraint("octet_length(hash) = 32", name="token_hash_is_sha256"),
        CheckConstraint("expires_at > created_at", name="token_expires_after_creation"),
        Index("token_hash_unique", "hash", unique=True),
        Index(None, "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str | None] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())
    expires_at: Mapped[datetime.datetime | None] = mapped_column(TIMESTAMPTZ)
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(TIMESTAMPTZ)
    last_used_at: Mapped[datetime.datetime | None] = mapped_column(TIMESTAMPTZ)
    """To the minute."""


class LoginSession(Base):
    """A signed-in browser; only the hash of its cookie is stored. Signing out deletes the row."""

    __tablename__ = "login_session"
    __table_args__ = (
        CheckConstraint("octet_length(hash) = 32", name="login_session_hash_is_sha256"),
        CheckConstraint("expires_at > created_at", name="login_session_expires_after_creation"),
        Index(None, "account_id"),
        Index(None, "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())
    expires_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ)


class LoginAttempt(Base):
    """A login attempt that has not succeeded, stored while the rate limit counts it.

    The login is stored as a hash, because people type passwords into the wrong field.
    """

    __tablename__ = "login_attempt"
    __table_args__ = (
        CheckConstraint("octet_length(login_hash) = 32", name="login_attempt_hash_is_sha256"),
        Index(None, "login_hash", "made_at"),
        Index(None, "address", "made_at"),
        Index(None, "made_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    login_hash: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(CODE)
    made_at: Mapped[datetime.datetime] = mapped_column(
        TIMESTAMPTZ, server_default=func.clock_timestamp()
    )


class Audit(Base):
    """An entry of the audit log. A trigger refuses to change or delete it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "login", "id"),
        Index(None, "action", "id"),
        Index(None, "made_at"),
        Index(None, "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    made_at: Mapped[datetime.datetime] = mapped_column(TIMESTAMPTZ, server_default=func.now())
    login: Mapped[str] = mapped_column(CODE)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(CODE)
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    address: Mapped[str] = mapped_column(Text)
