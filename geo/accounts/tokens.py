"""Tokens: what programs sign in with."""

import datetime
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from geo.accounts import accounts
from geo.accounts.permissions import NotSignedIn
from geo.errors import NotFound
from geo.models import Account, Token

PREFIX = "gridward_"
"""Begins every token, so that scanners for leaked secrets know one."""
_SECRET_BYTES = 32
_TO_THE_MINUTE = datetime.timedelta(minutes=1)


class TokenUnknown(NotFound):
    """No token has this number."""

    code = "token_unknown"


class TokenRefused(NotSignedIn):
    """The token is unknown, revoked or expired, or its account is disabled."""

    code = "token_refused"


def issue(
    session: Session, account: Account, *, name: str | None = None, days: int | None = None
) -> tuple[Token, str]:
    """Make a token that expires after some days, or never; return it and its secret.

    The secret is told here once: only its hash is kept.
    """
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    now = session.scalars(select(func.clock_timestamp())).one()
    token = Token(
        account_id=account.id,
        name=name,
        hash=_hash(secret),
        created_at=now,
        expires_at=None if days is None else now + datetime.timedelta(days=days),
    )
    session.add(token)
    session.flush()
    return token, secret


def account_of(session: Session, secret: str) -> Account:
    """Return the account that a token signs in. Raises TokenRefused.

    It is found by the hash of the secret: how long that takes tells nothing about the secret.
    """
    now = func.clock_timestamp()
    found = session.execute(
        select(Token, Account)
        .join(Account, Account.id == Token.account_id)
        .where(
            Token.hash == _hash(secret),
            Token.revoked_at.is_(None),
            or_(Token.expires_at.is_(None), Token.expires_at > now),
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise TokenRefused(
            "The token is unknown, revoked or expired, or its account is disabled.",
            hint="Make another one: gridward token add LOGIN.",
        )
    token, account = found
    _note_use(session, token)
    return account


def page(session: Session, account: Account | None = None) -> Sequence[tuple[Token, str]]:
    """Return the tokens of an account, or of all, each with its login, oldest first."""
    every = select(Token, Account.login).join(Account, Account.id == Token.account_id)
    if account is not None:
        every = every.where(Token.account_id == account.id)
    return [(token, login) for token, login in session.execute(every.order_by(Token.id))]


def get(session: Session, number: int, reader: Account | None = None) -> tuple[Token, str]:
    """Return a token and its login: one's own, or an admin's within reach. Raises TokenUnknown."""
    one = (
        select(Token, Account.login)
        .join(Account, Account.id == Token.account_id)
        .where(Token.id == number)
    )
    if reader is not None:
        one = one.where(accounts.visible(reader))
    found = session.execute(one).one_or_none()
    if found is None:
        raise TokenUnknown(
            f"There is no token {number}.", hint="gridward token list lists the tokens."
        )
    token, login = found
    return token, login


def revoke(session: Session, token: Token) -> None:
    """Let a token sign nobody in from now on."""
    if token.revoked_at is None:
        token.revoked_at = session.scalars(select(func.clock_timestamp())).one()
        session.flush()


def _note_use(session: Session, token: Token) -> None:
    """Keep when a token was last used, to the minute, and wait for nobody who keeps it too."""
    now = func.clock_timestamp()
    stale = (
        select(Token.id)
        .where(
            Token.id == token.id,
            or_(Token.last_used_at.is_(None), Token.last_used_at < now - _TO_THE_MINUTE),
        )
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(Token)
        .where(Token.id.in_(stale.scalar_subquery()))
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
