"""The coordinator of the sample city, whose random password lies in a file of its own."""

import os
import secrets
from pathlib import Path

from sqlalchemy.orm import Session

from geo.accounts import accounts, audit
from geo.accounts.audit import Actor
from geo.models import Role

LOGIN, NAME, REACH = "demo", "Demo", "2304"
FILE = "demo-password"


def prepare(session: Session, home: Path, actor: Actor) -> str:
    """Make the account where it is missing; return how to sign in, as a sentence without the where.

    The file outlives the database, so that a second time tells the same password. One that was
    changed since, or a disabled account, is left alone.
    """
    path = home.expanduser() / FILE
    kept = _read(path)
    password = kept or secrets.token_urlsafe(12)
    try:
        account = accounts.get(session, LOGIN)
    except accounts.AccountUnknown:
        accounts.add(session, LOGIN, Role.COORDINATOR, reach=REACH, name=NAME, password=password)
        audit.write(session, actor, "account.add", f"account {LOGIN}")
    else:
        if account.disabled_at is not None:
            return f"as somebody with an account; {LOGIN} is disabled"
        if kept is not None and accounts.verify(session, LOGIN, password) is None:
            return f"as {LOGIN}, with the password that it was given since"
        if kept is None:
            accounts.set_password(session, account, password)
            audit.write(session, actor, "account.password", f"account {LOGIN}")
    if kept is None:
        _write(path, password)
    return f"as {LOGIN} with the password {password}"


def _read(path: Path) -> str | None:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(file) as opened:
        return opened.read().strip() or None


def _write(path: Path, password: str) -> None:
    """Keep the password where its owner alone can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "w") as opened:
        opened.write(f"{password}\n")
