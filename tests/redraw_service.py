"""The real service on a made-up town, with two coordinators who redraw it."""

import threading
from collections.abc import Iterator
from socket import socket

import httpx2
import pytest
import shapely
import uvicorn
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from api.http.auth import COOKIE
from geo import db
from geo.accounts import accounts, sessions, tokens
from geo.models import Role
from geo.settings import Language, Settings
from maps.pages.page_data import EmbeddedData
from tests.conftest import Databases
from tests.maps.conftest import town as build

FILL = {
    "area": """INSERT INTO area (code, parent_code, level, name, geom) VALUES
        (:code, nullif(:parent_code, ''), :level, :name, ST_Multi(ST_GeomFromWKB(:wkb, 4326)))""",
    "grid": """INSERT INTO micro_grid (code, name, community_code, geom, in_force, begun_in) VALUES
        (:code, :name, :community_code, ST_Multi(ST_GeomFromWKB(:wkb, 4326)), '[2020-01-01,)',
         1)""",
    "home": """INSERT INTO building (code, name, address, community_code, households, footprint)
        VALUES (:code, :name, :address, :community_code, :households,
                ST_Multi(ST_GeomFromWKB(:wkb, 4326)))""",
}


def fill(session: Session, town: EmbeddedData) -> None:
    """Put a town into the register: its areas, grids as revision 1, and buildings."""
    areas = town.areas.sort_values("code", key=lambda codes: codes.str.len())
    session.execute(text("INSERT INTO revision (number, title, author) VALUES (1, 'x', 'x')"))
    for kind, frame in (("area", areas), ("grid", town.grids), ("home", town.buildings)):
        rows = frame.drop(columns="geometry").to_dict("records")
        for row, shape in zip(rows, frame.geometry, strict=True):
            session.execute(text(FILL[kind]), row | {"wkb": shapely.to_wkb(shape)})
    for login in ("chen", "wang"):
        accounts.add(session, login, Role.COORDINATOR, reach="2304")


class Town:
    """A served town: what its coordinators do over HTTP, and the cookies they browse with."""

    def __init__(self, url: str, home: str) -> None:
        self.home = home
        self.engine = db.connect(url)
        self.http = httpx2.Client(base_url=home, timeout=60)

    def cookie(self, login: str) -> dict[str, str]:
        """A cookie with which a browser is signed in."""
        with Session(self.engine) as session, session.begin():
            secret = sessions.begin(session, accounts.get(session, login), hours=1)
        return {"name": COOKIE, "value": secret, "url": self.home}

    def ask(self, login: str, method: str, path: str, **more):
        """Call the service with a token of an account's."""
        with Session(self.engine) as session, session.begin():
            _, secret = tokens.issue(session, accounts.get(session, login))
        headers = {"Authorization": f"Bearer {secret}"} | more.pop("headers", {})
        answer = self.http.request(method, path, headers=headers, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def begin(self, title: str, login: str) -> int:
        """Begin a plan; return its number."""
        return self.ask(login, "POST", "/v1/plans", json={"title": title})["id"]

    def plan(self, number: int) -> dict:
        return self.ask("chen", "GET", f"/v1/plans/{number}")

    def operations(self, number: int) -> list[dict]:
        """The steps in effect."""
        return [step["body"] for step in self.plan(number)["operations"] if not step["undone"]]

    def post(self, login: str, number: int, what: str, body: dict):
        """Change a plan."""
        seen = {"If-Match": f'"{self.plan(number)["version"]}"'}
        return self.ask(login, "POST", f"/v1/plans/{number}/{what}", json=body, headers=seen)


@pytest.fixture(scope="session")
def town_template(databases: Databases, template: str) -> str:
    """The name of a database that holds the town, to copy."""
    engine = db.connect(databases.make(template))
    with Session(engine) as session, session.begin():
        fill(session, build())
    engine.dispose()
    return str(engine.url.database)


@pytest.fixture
def town(databases: Databases, town_template: str, home) -> Iterator[Town]:
    """The town, served; each test has a fresh one."""
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
    served = Town(url, f"http://127.0.0.1:{port}")
    while not server.started:
        thread.join(0.02)
        assert thread.is_alive()
    yield served
    served.http.close()
    served.engine.dispose()
    server.should_exit = True
    thread.join()
