"""Rate limit of logins: failed attempts, counted in the database for all workers together."""

import datetime
import hashlib
import math
import unicodedata
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from geo.accounts.networks import network_of
from geo.errors import Forbidden
from geo.models import LoginAttempt

FIRST_DELAY = datetime.timedelta(minutes=1)
MAX_DELAY = datetime.timedelta(hours=1)
_LOCK_ID = 15


@dataclass(frozen=True)
class FailureLimit:
    """How many attempts may fail within a window before each further one has to wait."""

    free_failures: int
    window: datetime.timedelta

    def delay(self, failures: int) -> datetime.timedelta:
        """Return the delay after this many failures: FIRST_DELAY, then doubled up to MAX_DELAY."""
        excess = failures - self.free_failures
        if excess < 0:
            return datetime.timedelta(0)
        return min(FIRST_DELAY * (1 << min(excess, 16)), MAX_DELAY)


PAIR_LIMIT: Final = FailureLimit(5, datetime.timedelta(hours=24))
"""For one login from one network. Other networks can still use the login."""
ADDRESS_LIMIT: Final = FailureLimit(20, datetime.timedelta(hours=1))
"""For all logins from one network, which may be a whole office behind one address."""


class TooManyAttempts(Forbidden):
    """Too many logins failed from this address."""

    code = "too_many_attempts"

    def __init__(self, retry_after_s: int) -> None:
        minutes = math.ceil(retry_after_s / 60)
        super().__init__("Too many failed logins.", hint=f"Try again in {minutes} min.")
        self.retry_after_s = retry_after_s


def record(session: Session, login: str, address: str) -> None:
    """Count an attempt, before its password is verified. Raises TooManyAttempts.

    It counts as failed until `clear` removes it, so concurrent attempts are all counted. A refused
    attempt is not counted. The caller commits before it verifies the password.
    """
    login_hash, network = _hash(login), network_of(address)
    lock = func.pg_advisory_xact_lock(_LOCK_ID, func.hashtext(network))
    session.execute(select(lock))
    _delete_expired(session)
    from_network = LoginAttempt.address == network
    wait_s = max(
        _seconds_to_wait(session, ADDRESS_LIMIT, from_network),
        _seconds_to_wait(session, PAIR_LIMIT, from_network, LoginAttempt.login_hash == login_hash),
    )
    if wait_s > 0:
        raise TooManyAttempts(math.ceil(wait_s))
    session.add(LoginAttempt(login_hash=login_hash, address=network))
    session.flush()


def clear(session: Session, login: str, address: str) -> None:
    """Delete the attempts of a login from an address, after a successful login."""
    conditions = (
        LoginAttempt.login_hash == _hash(login),
        LoginAttempt.address == network_of(address),
    )
    session.execute(delete(LoginAttempt).where(*conditions))


def _delete_expired(session: Session) -> None:
    """Delete attempts that no limit counts, except those that another transaction has locked."""
    longest = max(PAIR_LIMIT.window, ADDRESS_LIMIT.window)
    is_expired = LoginAttempt.made_at <= func.clock_timestamp() - longest
    expired = select(LoginAttempt.id).where(is_expired).with_for_update(skip_locked=True)
    session.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(expired.scalar_subquery())))


def _seconds_to_wait(
    session: Session, limit: FailureLimit, *conditions: ColumnElement[bool]
) -> float:
    """Return in how many seconds a limit allows the next matching attempt; 0 or less if now."""
    now = func.clock_timestamp()
    statement = select(
        func.count(), func.extract("epoch", now - func.max(LoginAttempt.made_at))
    ).where(LoginAttempt.made_at > now - limit.window, *conditions)
    failures, elapsed_s = session.execute(statement).one()
    return limit.delay(failures).total_seconds() - float(elapsed_s or 0)


def _hash(login: str) -> bytes:
    """Return the hash of a login in its normal form, so that variants count as one."""
    normalized = unicodedata.normalize("NFKC", login).strip().lower()
    return hashlib.sha256(normalized.encode(errors="surrogatepass")).digest()
