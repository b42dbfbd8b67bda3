"""The service on a synthetic town, with two coordinators who redraw its grids."""

import threading
from collections.abc import Iterator
from socket import socket

import httpx2
import pytest
import uvicorn
from sqlalchemy.orm import Session

from api.app import create_app
from api.http.auth import SESSION_COOKIE
from geo import db
from geo.accounts import accounts, sessions, tokens
from geo.models import Role
from geo.settings import Language, Settings
from tests.conftest import Databases
from tests.maps.conftest import describe_town
from tests.town_builder import insert_town


class TownService:
    """A served town, with requests of its coordinators and cookies for their browsers."""

    def __init__(self, url: str, home: str) -> None:
        self.home = home
        self.engine = db.connect(url)
        self.http = httpx2.Client(base_url=home, timeout=60)

    def cookie(self, login: str) -> dict[str, str]:
        """Return a cookie of a new session."""
        with Session(self.engine) as session, session.begin():
            secret = sessions.start(session, accounts.get(session, login), hours=1)
        return {"name": SESSION_COOKIE, "value": secret, "url": self.home}

    def request(self, login: str, method: str, path: str, **more):
        """Send a request with a token of an account; return the JSON of the response."""
        with Session(self.engine) as session, session.begin():
            _, secret = tokens.issue(session, accounts.get(session, login))
        headers = {"Authorization": f"Bearer {secret}"} | more.pop("headers", {})
        response = self.http.request(method, path, headers=headers, **more)
        assert response.status_code < 300, response.text
        return response.json()

    def create_plan(self, title: str, login: str) -> int:
        """Create a plan; return its number."""
        return self.request(login, "POST", "/v1/plans", json={"title": title})["id"]

    def plan(self, number: int) -> dict:
        return self.request("chen", "GET", f"/v1/plans/{number}")

    def operations(self, number: int) -> list[dict]:
        """Return the operations of the steps in effect."""
        return [step["body"] for step in self.plan(number)["operations"] if not step["undone"]]

    def post(self, login: str, number: int, action: str, body: dict):
        """Change a plan."""
        headers = {"If-Match": f'"{self.plan(number)["version"]}"'}
        return self.request(
            login, "POST", f"/v1/plans/{number}/{action}", json=body, headers=headers
        )


@pytest.fixture(scope="session")
def town_template(databases: Databases, template: str) -> str:
    """The name of a database with the town, as a template."""
    engine = db.connect(databases.make(template))
    with Session(engine) as session, session.begin():
        insert_town(session, describe_town())
        for login in ("chen", "wang"):
            accounts.add(session, login, Role.COORDINATOR, reach="2304")
    engine.dispose()
    return str(engine.url.database)


@pytest.fixture
def town(databases: Databases, town_template: str, home) -> Iterator[TownService]:
    """The served town; each test has its own database."""
    url = databases.make(town_template)
    settings = Settings(
        database_url=url, home=home, language=Language.EN, tile_cache_mb=0, _env_file=None
    )
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(create_app(settings), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    service = TownService(url, f"http://127.0.0.1:{port}")
    while not server.started:
        thread.join(0.02)
        assert thread.is_alive()
    yield service
    service.http.close()
    service.engine.dispose()
    server.should_exit = True
    thread.join()
