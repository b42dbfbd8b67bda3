"""A register of its own for each test, with the district committed, and someone who follows it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from data import sample
from geo import db
from geo.lookup.snapshots import Live
from tests import district
from tests.conftest import Databases


@pytest.fixture(scope="module")
def shared(databases: Databases, template: str) -> Iterator[Engine]:
    """An engine on a database for the tests of one file: making one takes a second."""
    engine = db.connect(databases.make(template))
    yield engine
    engine.dispose()


@pytest.fixture
def register(shared: Engine) -> Engine:
    """An engine on a register that holds the district of tests/district.py, and that alone."""
    with Session(shared) as session:
        session.execute(text("ALTER TABLE revision ENABLE TRIGGER announce_change"))
        sample.empty(session)
        session.commit()
        district.build(session)
    return shared


@pytest.fixture
def live(register: Engine) -> Iterator[Live]:
    """The grids of the district, followed and compiled; compiling the code itself may take long."""
    with Live(register, memory_bytes=1 << 30) as following:
        following.now(patience_s=300)
        yield following
