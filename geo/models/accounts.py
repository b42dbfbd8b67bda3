"""Who may change what: accounts, what they sign in with, and the record of what they did."""

import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.models.base import CODE, Base, vocabulary

Moment = DateTime(timezone=True)


class Role(StrEnum):
    """What an account may do, least first; each may do what those before it may."""

    VIEWER = "viewer"
    REPORTER = "reporter"
    COORDINATOR = "coordinator"
    ADMIN = "admin"

    def includes(self, least: "Role") -> bool:
        """Tell whether this role may do what `least` may."""
        ladder = list(Role)
        return ladder.index(self) >= ladder.index(least)


class Account(Base):
    """Somebody, or some program, that may sign in. It is disabled, never deleted."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("login <> ''", name="account_login_not_empty"),
        CheckConstraint("login = lower(login)", name="account_login_lower_case"),
        Index("account_login_unique", "login", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(CODE)
    name: Mapped[str | None] = mapped_column(Text)
    """For the office alone: never part of a public answer."""
    role: Mapped[Role] = mapped_column(vocabulary(Role, "account_role_known"))
    reach: Mapped[str] = mapped_column(CODE, server_default="")
    """The code of what it may change: all that starts with it; '' is everywhere."""
    password_hash: Mapped[str | None] = mapped_column(Text)
    """By argon2; null where it only has tokens."""
    created_at: Mapped[datetime.datetime] = mapped_column(Moment, server_default=func.now())
    disabled_at: Mapped[datetime.datetime | None] = mapped_column(Moment)


class Token(Base):
    """What a program signs in with; only the hash of its secret is kept."""

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
    created_at: Mapped[datetime.datetime] = mapped_column(Moment, server_default=func.now())
    expires_at: Mapped[datetime.datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(Moment)
    last_used_at: Mapped[datetime.datetime | None] = mapped_column(Moment)
    """To the minute."""


class SignIn(Base):
    """A browser that is signed in; only the hash of its cookie is kept. Signing out removes it."""

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint("octet_length(hash) = 32", name="sign_in_hash_is_sha256"),
        CheckConstraint("expires_at > created_at", name="sign_in_expires_after_creation"),
        Index(None, "account_id"),
        Index(None, "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime.datetime] = mapped_column(Moment, server_default=func.now())
    expires_at: Mapped[datetime.datetime] = mapped_column(Moment)


class Attempt(Base):
    """A try to sign in that has not succeeded; kept for as long as it counts.

    The login is kept as a hash, because people type passwords into the wrong field.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("octet_length(login_hash) = 32", name="attempt_hash_is_sha256"),
        Index(None, "login_hash", "made_at"),
        Index(None, "address", "made_at"),
        Index(None, "made_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    login_hash: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(CODE)
    made_at: Mapped[datetime.datetime] = mapped_column(
        Moment, server_default=func.clock_timestamp()
    )


class Audit(Base):
    """One thing that was done, and by whom. A trigger refuses to change or remove it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "login", "id"),
        Index(None, "action", "id"),
        Index(None, "made_at"),
        Index(None, "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    made_at: Mapped[datetime.datetime] = mapped_column(Moment, server_default=func.now())
    login: Mapped[str] = mapped_column(CODE)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(CODE)
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    address: Mapped[str] = mapped_column(Text)
