"""The real application on the test's own transaction."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from geo.settings import Settings


@pytest.fixture(scope="session")
def settings(engine: Engine) -> Settings:
    """Settings that name the test database; a test copies them to change one."""
    return Settings(
        database_url=engine.url.render_as_string(hide_password=False),
        open_issue_intake=True,
        page_limit=3,
        batch_limit=5,
    )


@pytest.fixture(scope="session")
def application(settings: Settings) -> Iterator[FastAPI]:
    """The application, made once: its OpenAPI document takes most of a second."""
    made = create_app(settings)
    yield made
    made.state.engine.dispose()


@pytest.fixture
def app(application: FastAPI, settings: Settings, session: Session) -> FastAPI:
    """The application as new; what it commits is a savepoint that the test rolls back."""
    application.state.settings = settings
    application.state.sessions = sessionmaker(
        session.connection(), join_transaction_mode="create_savepoint"
    )
    return application


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A caller of the application."""
    with TestClient(app, raise_server_exceptions=True) as caller:
        yield caller
