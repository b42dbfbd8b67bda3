"""The real application on a register that holds a district; each test's writes are rolled back."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.tiles.renderer import Memory
from geo import db
from geo.errors import Unavailable
from geo.settings import Settings
from tests import district as districts
from tests.browser import Visit
from tests.conftest import Databases
from tests.drawing import cursor_of
from tests.sample_service import SCREENS, Service
from tests.waiting import until


@pytest.fixture(scope="session")
def engine(databases: Databases, template: str) -> Iterator[Engine]:
    """An engine on a register in which the district of tests/district.py is committed."""
    made = db.connect(databases.make(template))
    with Session(made) as session:
        districts.build(session)
    yield made
    made.dispose()


@pytest.fixture
def district(session: Session) -> Session:
    """The test's own session on that register."""
    return session


@pytest.fixture(scope="session")
def settings(engine: Engine, home: Path) -> Settings:
    """Settings that name the test database; a test copies them to change one."""
    return Settings(
        home=home,
        database_url=engine.url.render_as_string(hide_password=False),
        open_issue_intake=True,
        page_limit=3,
        batch_limit=5,
    )


def followed(app: FastAPI) -> None:
    """Wait until lookups follow the database: on a busy machine that can take a moment."""
    until(lambda: _follows(app))


def _follows(app: FastAPI) -> bool:
    with suppress(Unavailable):
        app.state.live.require_following()
        return True
    return False


@pytest.fixture(scope="session")
def application(settings: Settings) -> Iterator[FastAPI]:
    """The application, made once: its OpenAPI document takes most of a second."""
    made = create_app(settings)
    with TestClient(made):
        followed(made)
        yield made


@pytest.fixture
def app(application: FastAPI, settings: Settings, session: Session) -> FastAPI:
    """The application as new; what it commits is a savepoint that the test rolls back."""
    application.state.settings = settings
    application.state.sessions = sessionmaker(
        session.connection(), join_transaction_mode="create_savepoint"
    )
    application.state.memory = Memory()
    application.state.reading = lambda: nullcontext(cursor_of(session))
    return application


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A caller of the application."""
    return TestClient(app)


@pytest.fixture
def open_page(sample_service: Service, visit) -> Callable[..., Visit]:
    """Open a page of the sample city on a screen."""

    def open_(path: str = "property-coverage", screen: str = "laptop") -> Visit:
        return visit(f"{sample_service.home}/maps/{path}", size=SCREENS[screen])

    return open_
