"""Sign-ins of browsers: a secret in a cookie, and what a form must repeat."""

import datetime
import hashlib
import hmac
import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geo.models import Account, SignIn


def fresh() -> str:
    """Return a new secret of 256 bits."""
    return secrets.token_urlsafe(32)


def csrf(secret: str) -> str:
    """Return what a form or header repeats to show that it comes from our own page.

    It follows from the secret of the cookie, which other sites can send but not read.
    """
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_csrf(secret: str, offered: str) -> bool:
    """Tell whether what is offered is `csrf(secret)`, in the same time whatever it is."""
    return hmac.compare_digest(csrf(secret).encode(), offered.encode())


def begin(session: Session, account: Account, hours: int) -> str:
    """Sign an account in; return the secret of its cookie, of which only the hash is kept."""
    now = session.scalars(select(func.clock_timestamp())).one()
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    secret = fresh()
    session.add(
        SignIn(
            hash=_hash(secret),
            account_id=account.id,
            created_at=now,
            expires_at=now + datetime.timedelta(hours=hours),
        )
    )
    session.flush()
    return secret


def account_of(session: Session, secret: str) -> Account | None:
    """Return the account that a cookie signs in; None once expired, ended or disabled."""
    return session.scalars(
        select(Account)
        .join(SignIn, SignIn.account_id == Account.id)
        .where(
            SignIn.hash == _hash(secret),
            SignIn.expires_at > func.clock_timestamp(),
            Account.disabled_at.is_(None),
        )
    ).one_or_none()


def end(session: Session, secret: str) -> None:
    """Sign out."""
    session.execute(delete(SignIn).where(SignIn.hash == _hash(secret)))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
