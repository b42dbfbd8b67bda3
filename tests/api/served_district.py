"""`gridward serve` on a database of its own with the district and an admin."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from geo import db
from geo.accounts import accounts, tokens
from geo.models import Role
from tests.district import insert_district
from tests.sample_service import Service, serve_database

PASSWORD = "correct horse"


@contextmanager
def serve_district(url: str) -> Iterator[tuple[Service, str]]:
    """Fill an empty database and serve it; yield the service and a token of `admin`."""
    engine = db.connect(url)
    with Session(engine) as session:
        insert_district(session)
        admin = accounts.add(session, "admin", Role.ADMIN, password=PASSWORD)
        _, token = tokens.issue(session, admin)
        session.commit()
    engine.dispose()
    with serve_database(url) as service:
        yield service, token
