"""The account of the sample city: a coordinator whose random password is stored in a file."""

import os
import secrets
from pathlib import Path

from sqlalchemy.orm import Session

from geo.accounts import accounts, audit
from geo.accounts.audit import Actor
from geo.models import Role

LOGIN, NAME, REACH = "demo", "Demo", "2304"
FILE = "demo-password"


def ensure_account(session: Session, home: Path, actor: Actor) -> str:
    """Create the account if it is missing; return how to sign in, as the end of a sentence.

    The file is kept when the database is deleted, so the password stays the same. A disabled
    account, or one with another password, is not changed.
    """
    path = home.expanduser() / FILE
    stored = _read(path)
    password = stored or secrets.token_urlsafe(12)
    try:
        account = accounts.get(session, LOGIN)
    except accounts.AccountUnknown:
        accounts.add(session, LOGIN, Role.COORDINATOR, reach=REACH, name=NAME, password=password)
        audit.write(session, actor, "account.add", f"account {LOGIN}")
    else:
        if account.disabled_at is not None:
            return f"with another account; {LOGIN} is disabled"
        if stored is not None and accounts.verify(session, LOGIN, password) is None:
            return f"as {LOGIN} with its new password, which differs from the generated one"
        if stored is None:
            accounts.set_password(session, account, password)
            audit.write(session, actor, "account.password", f"account {LOGIN}")
    if stored is None:
        _write(path, password)
    return f"as {LOGIN} with the password {password}"


def _read(path: Path) -> str | None:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(file) as stream:
        return stream.read().strip() or None


def _write(path: Path, password: str) -> None:
    """Write the password to a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "w") as stream:
        stream.write(f"{password}\n")
