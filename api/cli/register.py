"""The register as commands open it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from geo import db
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
