"""A database with the district of tests/district.py, and a snapshot store that follows it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from data import sample
from geo import db
from geo.lookup.snapshots import SnapshotStore
from tests import district
from tests.conftest import Databases


@pytest.fixture(scope="module")
def module_engine(databases: Databases, template: str) -> Iterator[Engine]:
    """An engine on one database for the tests of a file; creating a database takes a second."""
    engine = db.connect(databases.make(template))
    yield engine
    engine.dispose()


@pytest.fixture
def district_engine(module_engine: Engine) -> Engine:
    """An engine on a database that contains only the district, committed."""
    with Session(module_engine) as session:
        session.execute(text("ALTER TABLE revision ENABLE TRIGGER USER"))
        sample.clear_database(session)
        session.commit()
        district.insert_district(session)
    return module_engine


@pytest.fixture
def snapshots(district_engine: Engine) -> Iterator[SnapshotStore]:
    """A store whose first snapshot is ready; the long timeout allows for numba to compile."""
    with SnapshotStore(district_engine, memory_bytes=1 << 30) as store:
        store.current(timeout_s=300)
        yield store
