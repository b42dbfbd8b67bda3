"""How often one may try to sign in: counted in the database, so that it holds for every worker."""

import datetime
import hashlib
import ipaddress
import math

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from geo.errors import Forbidden
from geo.models import Attempt

MOST = 5
"""How many tries may fail in WINDOW, of one login and from one address."""
WINDOW = datetime.timedelta(minutes=15)
_ONE_AT_A_TIME = 15


class TooManyAttempts(Forbidden):
    """Signing in failed too often, with this login or from this address."""

    code = "too_many_attempts"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            "Signing in failed too often.",
            hint=f"Try again in {math.ceil(retry_after_s / 60)} minutes.",
        )
        self.retry_after_s = retry_after_s


def begin(session: Session, login: str, address: str) -> None:
    """Count a try, before its password is looked at. Raises TooManyAttempts.

    It counts as failed until `succeed` takes it back: tries that run side by side are all counted.
    The caller commits at once.
    """
    known, network = _hash(login), _network(address)
    for key in (f"address {network}", f"login {known.hex()}"):
        locked = func.pg_advisory_xact_lock(_ONE_AT_A_TIME, func.hashtext(key))
        session.execute(select(locked))
    over = select(Attempt.id).where(Attempt.made_at <= func.clock_timestamp() - WINDOW)
    swept = over.with_for_update(skip_locked=True).scalar_subquery()
    session.execute(delete(Attempt).where(Attempt.id.in_(swept)))
    waits = (
        _wait(session, Attempt.address == network),
        _wait(session, Attempt.login_hash == known),
    )
    if any(waits):
        raise TooManyAttempts(math.ceil(max(waits)))
    session.add(Attempt(login_hash=known, address=network))
    session.flush()


def succeed(session: Session, login: str, address: str) -> None:
    """Forget the failures of a login from an address: it knew the password in the end."""
    mine = (Attempt.login_hash == _hash(login), Attempt.address == _network(address))
    session.execute(delete(Attempt).where(*mine))


def _wait(session: Session, whose: ColumnElement[bool]) -> float:
    """Return for how many seconds there are MOST failures yet, 0 where there are fewer."""
    left = Attempt.made_at + WINDOW - func.clock_timestamp()
    newest = select(func.extract("epoch", left)).where(whose).order_by(Attempt.made_at.desc())
    wait = session.scalar(newest.offset(MOST - 1).limit(1))
    return max(0.0, float(wait or 0))


def _network(address: str) -> str:
    """Return whose an address is: itself, or the /64 of one in IPv6, which all belong to one."""
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
