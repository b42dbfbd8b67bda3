"""The application on a database with the district; each test is rolled back."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from api.app import create_app
from api.http.request_class import RequestClass
from geo import db
from geo.coverage.count_caches import CoverageCountCaches
from geo.errors import Unavailable
from geo.postgres.grants import SERVICE_ROLE
from geo.settings import Settings
from tests import district as districts
from tests.api.declared_responses import ResponseRecorder
from tests.browser import BrowserPage
from tests.conftest import Databases
from tests.sample_service import SCREENS, Service
from tests.tiles import cursor_of
from tests.waiting import until


@pytest.fixture(scope="session")
def engine(databases: Databases, template: str) -> Iterator[Engine]:
    """An engine on a database that contains the district of tests/district.py."""
    engine = db.connect(databases.make(template))
    with Session(engine) as session:
        districts.insert_district(session)
    yield engine
    engine.dispose()


@pytest.fixture
def district(session: Session) -> Session:
    """The session of the test on that database."""
    return session


@pytest.fixture(scope="session")
def settings(engine: Engine, home: Path) -> Settings:
    """Settings for the test database; a test copies them to change one."""
    return Settings(
        home=home,
        database_url=engine.url.render_as_string(hide_password=False),
        open_issue_intake=True,
        page_limit=3,
        batch_limit=500,
        rate_limits="off",
    )


def wait_until_connected(app: FastAPI) -> None:
    """Wait until lookups follow the revisions of the database."""
    until(lambda: _is_up_to_date(app))


def _is_up_to_date(app: FastAPI) -> bool:
    with suppress(Unavailable):
        app.state.snapshots.require_up_to_date()
        return True
    return False


@pytest.fixture(scope="session")
def undeclared() -> list[str]:
    """Responses of the current test that the OpenAPI document does not declare."""
    return []


@pytest.fixture(scope="session")
def application(settings: Settings, undeclared: list[str]) -> Iterator[FastAPI]:
    """The application; one for all tests, as its OpenAPI document takes most of a second."""
    app = create_app(settings)
    app.add_middleware(ResponseRecorder, document=app.openapi, undeclared=undeclared)
    with TestClient(app):
        wait_until_connected(app)
        yield app


def as_service_role(sessions: sessionmaker[Session]) -> None:
    """Run each transaction of these sessions, which share a connection, as the service role."""

    @event.listens_for(sessions, "after_begin")
    def begin(_session: Session, _transaction: object, connection: Connection) -> None:
        connection.exec_driver_sql(f"SET ROLE {SERVICE_ROLE}")

    @event.listens_for(sessions, "after_transaction_end")
    def end(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            session.get_bind().exec_driver_sql("RESET ROLE")


@pytest.fixture
def app(
    application: FastAPI, settings: Settings, session: Session, undeclared: list[str]
) -> Iterator[FastAPI]:
    """The application in its initial state; its commits are savepoints that are rolled back.

    Its requests have the privileges of the service role. Fails a test in which a response has a
    status or media type that its route does not declare.
    """
    undeclared.clear()
    application.state.settings = settings
    maker = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
    as_service_role(maker)
    application.state.sessions = dict.fromkeys(RequestClass, maker)
    application.state.count_caches = CoverageCountCaches()
    application.state.tile_renderer = replace(
        application.state.tile_renderer, cursor=lambda: nullcontext(cursor_of(session))
    )
    yield application
    assert not undeclared


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """An HTTP client of the application."""
    return TestClient(app)


@pytest.fixture
def open_page(sample_service: Service, open_url) -> Callable[..., BrowserPage]:
    """Open a map page of the sample city on a screen."""

    def open_(path: str = "property-coverage", screen: str = "laptop") -> BrowserPage:
        return open_url(f"{sample_service.home}/maps/{path}", size=SCREENS[screen])

    return open_
