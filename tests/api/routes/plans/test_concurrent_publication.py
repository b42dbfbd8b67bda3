"""Two concurrent requests that publish the same plan publish and audit it once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from api.app import create_app
from geo import db
from geo.accounts import accounts
from geo.grids import revisions
from geo.models import Audit, Revision, Role
from geo.settings import Settings
from tests import district as districts
from tests.api.accounts import signed_in
from tests.district_edits import COMMUNITY_1, GRID_1
from tests.waiting import until

WAITING = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def city(database_url: str) -> Iterator[Engine]:
    """A database with the district and a coordinator, for many connections."""
    engine = db.connect(database_url)
    with Session(engine) as session:
        districts.insert_district(session)
        accounts.add(session, "chen", Role.COORDINATOR, reach="230403")
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def service(city: Engine, database_url: str, home) -> Iterator[FastAPI]:
    """An application on that database."""
    app = create_app(Settings(home=home, database_url=database_url))
    with TestClient(app):
        yield app


def test_concurrent_requests_with_the_same_key_publish_once_and_return_the_same_revision(
    city, service
):
    chen = signed_in(TestClient(service), "chen")
    plan = chen.post("/v1/plans", json={"title": "a name"}).json()
    path, step = f"/v1/plans/{plan['id']}", {"kind": "rename", "code": GRID_1, "name": "west"}
    headers = {"If-Match": f'"{plan["version"]}"'}
    version = chen.post(f"{path}/operations", json=step, headers=headers).json()["plan"]["version"]
    headers = {"If-Match": f'"{version}"', "Idempotency-Key": "k1", **chen.headers}

    def publish(_: int):
        return TestClient(service).post(f"{path}/publish", json={}, headers=headers)

    autocommit = city.execution_options(isolation_level="AUTOCOMMIT")
    with ThreadPoolExecutor(2) as pool, Session(city) as other, autocommit.connect() as monitor:
        revisions.lock_communities(other, [COMMUNITY_1])
        requests = [pool.submit(publish, number) for number in range(2)]
        until(lambda: monitor.scalar(WAITING) == 2, timeout_s=30)
        other.rollback()
        one, two = (request.result() for request in requests)
    assert (one.status_code, two.status_code) == (201, 201), (one.text, two.text)
    assert one.json() == two.json()
    with Session(city) as session:
        assert session.scalar(select(func.max(Revision.number))) == 2
        audited = select(func.count()).where(Audit.action == "plan.publish")
        assert session.scalar(audited) == 1
