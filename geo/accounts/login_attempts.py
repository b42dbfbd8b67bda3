"""Rate limit of logins: failed attempts, counted in the database for all workers together."""

import datetime
import hashlib
import ipaddress
import math

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from geo.errors import Forbidden
from geo.models import LoginAttempt

MAX_FAILURES = 5
"""How many attempts may fail within WINDOW, per login and per client address."""
WINDOW = datetime.timedelta(minutes=15)
_LOCK_ID = 15


class TooManyAttempts(Forbidden):
    """Too many logins failed with this login or from this address."""

    code = "too_many_attempts"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            "Too many failed logins.",
            hint=f"Try again in {math.ceil(retry_after_s / 60)} minutes.",
        )
        self.retry_after_s = retry_after_s


def record(session: Session, login: str, address: str) -> None:
    """Count an attempt, before its password is verified. Raises TooManyAttempts.

    It counts as failed until `clear` removes it, so concurrent attempts are all counted. The
    caller commits before it verifies the password.
    """
    login_hash, network = _hash(login), _network(address)
    for key in (f"address {network}", f"login {login_hash.hex()}"):
        lock = func.pg_advisory_xact_lock(_LOCK_ID, func.hashtext(key))
        session.execute(select(lock))
    _delete_expired(session)
    waits_s = (
        _seconds_to_wait(session, LoginAttempt.address == network),
        _seconds_to_wait(session, LoginAttempt.login_hash == login_hash),
    )
    if any(waits_s):
        raise TooManyAttempts(math.ceil(max(waits_s)))
    session.add(LoginAttempt(login_hash=login_hash, address=network))
    session.flush()


def clear(session: Session, login: str, address: str) -> None:
    """Delete the attempts of a login from an address, after a successful login."""
    conditions = (
        LoginAttempt.login_hash == _hash(login),
        LoginAttempt.address == _network(address),
    )
    session.execute(delete(LoginAttempt).where(*conditions))


def _delete_expired(session: Session) -> None:
    """Delete attempts older than WINDOW, except those that another transaction has locked."""
    is_expired = LoginAttempt.made_at <= func.clock_timestamp() - WINDOW
    expired = select(LoginAttempt.id).where(is_expired).with_for_update(skip_locked=True)
    session.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(expired.scalar_subquery())))


def _seconds_to_wait(session: Session, condition: ColumnElement[bool]) -> float:
    """Return in how many seconds fewer than MAX_FAILURES matching attempts remain; 0 if now."""
    remaining = LoginAttempt.made_at + WINDOW - func.clock_timestamp()
    newest_first = (
        select(func.extract("epoch", remaining))
        .where(condition)
        .order_by(LoginAttempt.made_at.desc())
    )
    wait_s = session.scalar(newest_first.offset(MAX_FAILURES - 1).limit(1))
    return max(0.0, float(wait_s or 0))


def _network(address: str) -> str:
    """Return the unit that attempts are counted by: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((parsed.packed, 64), strict=False))


def _hash(login: str) -> bytes:
    return hashlib.sha256(login.strip().lower().encode()).digest()
