"""Database sessions of commands, and the user recorded in the audit log."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from geo import db
from geo.accounts.audit import Actor
from geo.settings import Settings


@contextmanager
def open_session(settings: Settings) -> Iterator[Session]:
    """Yield a session that commits at the end, or rolls back after an exception."""
    engine = db.open_migrated(settings)
    try:
        with Session(engine) as session, session.begin():
            yield session
    finally:
        engine.dispose()


def current_actor() -> Actor:
    """Return the user of the operating system who runs the command, for the audit log."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # the user has no name, as in some containers
        user = f"user {os.getuid()}"
    return Actor(user, "command line")
