"""API tokens: bearer credentials of programs."""

import datetime
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from geo.accounts import accounts
from geo.accounts.permissions import NotSignedIn
from geo.errors import Forbidden, NotFound
from geo.models import Account, Token

PREFIX = "gridward_"
"""Starts every token, so that secret scanners recognise one."""
_SECRET_BYTES = 32
_LAST_USE_RESOLUTION = datetime.timedelta(minutes=1)


class TokenUnknown(NotFound):
    """No token has this number."""

    code = "token_unknown"


class TokenRefused(NotSignedIn):
    """The token is unknown, revoked or expired, or its account is disabled."""

    code = "token_refused"


class CredentialOutlivesToken(Forbidden):
    """A token that expires cannot create a credential that is valid for longer than itself."""

    code = "credential_outlives_token"

    def __init__(self, expires_at: datetime.datetime) -> None:
        super().__init__(
            f"Your token expires at {expires_at.isoformat()}; what it creates cannot last longer.",
            hint="Request fewer days, or sign in at /login.",
        )


def issue(
    session: Session,
    account: Account,
    *,
    name: str | None = None,
    days: int | None = None,
    latest_expiry: datetime.datetime | None = None,
) -> tuple[Token, str]:
    """Create a token that expires after some days, or never; return it and its secret.

    Only the secret's hash is stored, so this is the only time the secret is available.
    `latest_expiry` is when the token expires that requests this one. Without `days` the new token
    expires then too; with more days than remain, this raises CredentialOutlivesToken.
    """
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    now = session.scalars(select(func.clock_timestamp())).one()
    expires_at = latest_expiry if days is None else now + datetime.timedelta(days=days)
    if latest_expiry is not None and expires_at is not None and expires_at > latest_expiry:
        raise CredentialOutlivesToken(latest_expiry)
    token = Token(
        account_id=account.id,
        name=name,
        hash=_hash(secret),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    return token, secret


def account_of(session: Session, secret: str) -> Account:
    """Return the account of a token. Raises TokenRefused.

    Looks up the secret's hash, so response times reveal nothing about the secret.
    """
    now = func.clock_timestamp()
    row = session.execute(
        select(Token, Account)
        .join(Account, Account.id == Token.account_id)
        .where(
            Token.hash == _hash(secret),
            Token.revoked_at.is_(None),
            or_(Token.expires_at.is_(None), Token.expires_at > now),
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise TokenRefused(
            "The token is unknown, revoked or expired, or its account is disabled.",
            hint="Create another one: gridward token add LOGIN.",
        )
    token, account = row
    _record_use(session, token)
    return account


def expiry_of(session: Session, secret: str) -> datetime.datetime | None:
    """Return when the token with this secret expires, None if never."""
    return session.scalar(select(Token.expires_at).where(Token.hash == _hash(secret)))


def require_no_password(expires_at: datetime.datetime | None, password: str | None) -> None:
    """Raise CredentialOutlivesToken if a token that expires would set a password."""
    if expires_at is not None and password is not None:
        raise CredentialOutlivesToken(expires_at)


def list_tokens(session: Session, account: Account | None = None) -> Sequence[tuple[Token, str]]:
    """Return the tokens of one account, or of all, each with its login, oldest first."""
    statement = select(Token, Account.login).join(Account, Account.id == Token.account_id)
    if account is not None:
        statement = statement.where(Token.account_id == account.id)
    return [(token, login) for token, login in session.execute(statement.order_by(Token.id))]


def get(session: Session, number: int, reader: Account | None = None) -> tuple[Token, str]:
    """Return a token and its login, if the reader may see that account; None may see all.

    Raises TokenUnknown.
    """
    statement = (
        select(Token, Account.login)
        .join(Account, Account.id == Token.account_id)
        .where(Token.id == number)
    )
    if reader is not None:
        statement = statement.where(accounts.visible_to(reader))
    row = session.execute(statement).one_or_none()
    if row is None:
        raise TokenUnknown(
            f"There is no token {number}.", hint="gridward token list lists the tokens."
        )
    token, login = row
    return token, login


def revoke(session: Session, token: Token) -> None:
    """Refuse a token from now on."""
    if token.revoked_at is None:
        token.revoked_at = session.scalars(select(func.clock_timestamp())).one()
        session.flush()


def _record_use(session: Session, token: Token) -> None:
    """Update `last_used_at`, once a minute at most; skip it if another transaction does so."""
    now = func.clock_timestamp()
    outdated = (
        select(Token.id)
        .where(
            Token.id == token.id,
            or_(Token.last_used_at.is_(None), Token.last_used_at < now - _LAST_USE_RESOLUTION),
        )
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(Token)
        .where(Token.id.in_(outdated.scalar_subquery()))
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
