"""The register as commands open it, and who does what they do."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from geo import db
from geo.accounts.audit import Actor
from geo.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Session]:
    """Yield a session on the register; what it changed is committed at the end, or not at all."""
    engine = db.ready(settings)
    try:
        with Session(engine) as session, session.begin():
            yield session
    finally:
        engine.dispose()


def actor() -> Actor:
    """Return who runs the command, for the audit: the user of the operating system."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        user = f"user {os.getuid()}"
    return Actor(user, "command line")
