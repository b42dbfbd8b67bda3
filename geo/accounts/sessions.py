"""Login sessions of browsers: a secret in a cookie, and the CSRF token derived from it."""

import datetime
import hashlib
import hmac
import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geo.models import Account, LoginSession


def new_secret() -> str:
    """Return a new secret of 256 bits."""
    return secrets.token_urlsafe(32)


def csrf_token(secret: str) -> str:
    """Return the token that a form or header repeats to prove that it comes from our own page.

    It is derived from the cookie's secret, which other sites can send but not read.
    """
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_csrf_token(secret: str, token: str) -> bool:
    """Return whether a token is `csrf_token(secret)`, in constant time."""
    return hmac.compare_digest(csrf_token(secret).encode(), token.encode())


def start(session: Session, account: Account, hours: int) -> str:
    """Start a login session and return the secret for its cookie; only the hash is stored.

    Deletes expired sessions in the same pass.
    """
    now = session.scalars(select(func.clock_timestamp())).one()
    session.execute(delete(LoginSession).where(LoginSession.expires_at <= now))
    secret = new_secret()
    session.add(
        LoginSession(
            hash=_hash(secret),
            account_id=account.id,
            created_at=now,
            expires_at=now + datetime.timedelta(hours=hours),
        )
    )
    session.flush()
    return secret


def account_of(session: Session, secret: str) -> Account | None:
    """Return the account of a cookie's session; None if it expired, ended or is disabled."""
    return session.scalars(
        select(Account)
        .join(LoginSession, LoginSession.account_id == Account.id)
        .where(
            LoginSession.hash == _hash(secret),
            LoginSession.expires_at > func.clock_timestamp(),
            Account.disabled_at.is_(None),
        )
    ).one_or_none()


def end(session: Session, secret: str) -> None:
    """End the session of a cookie."""
    session.execute(delete(LoginSession).where(LoginSession.hash == _hash(secret)))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
