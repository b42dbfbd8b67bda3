"""Many callers at once, held locks and slow queries: against a real server and real locks."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from tests.waiting import run_coroutine

LOOKUP = "/v1/lookup?lon=130.298&lat=47.35"
REPORTS = (
    "/v1/property-coverage?by=grid&on=2024-05-{day:02d}",
    "/v1/property-coverage/changes?by=community&since=2023-01-{day:02d}&on=2024-05-01",
    "/v1/buildings?on=2024-05-{day:02d}",
    "/v1/grids",
    "/v1/issues",
)
SITE = {"Origin": "https://map.example"}


async def _status(client: httpx.AsyncClient, path: str) -> int:
    response = await client.get(path)
    if response.status_code == 503:
        assert response.json()["code"] == "overloaded"
        assert response.headers["content-type"] == "application/problem+json"
        assert int(response.headers["retry-after"]) > 0
        assert response.headers["access-control-allow-origin"] == "*"
    return response.status_code


async def _statuses(url: str, paths: list[str]) -> tuple[Counter[int], list[float]]:
    """Request all paths at once; return the statuses, and how long health and lookups took."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60, headers=SITE) as callers:
        load = asyncio.gather(*(_status(callers, path) for path in paths))
        seconds = []
        while not load.done():
            seconds += await asyncio.to_thread(_observe, url)
        return Counter(await load), seconds


def _observe(url: str) -> list[float]:
    """Request health and a lookup, each on a new connection; return the seconds they take.

    Where this test starves the service of the processor, readiness may find the database silent.
    """
    seconds = []
    for path, statuses in (("/readyz", {200, 503}), ("/healthz", {200}), (LOOKUP, {200})):
        start = time.perf_counter()
        assert httpx.get(url + path, timeout=30).status_code in statuses
        seconds.append(time.perf_counter() - start)
    return seconds


@pytest.mark.parametrize(("callers", "reports"), [(60, REPORTS[:1]), (300, REPORTS)])
def test_callers_at_once_get_a_report_or_an_early_503_and_lookups_never_wait_for_them(
    sample_service, callers, reports
):
    paths = [
        reports[number % len(reports)].format(day=number % 28 + 1) for number in range(callers)
    ]
    statuses, seconds = run_coroutine(_statuses(sample_service.home, paths))
    assert set(statuses) <= {200, 503}
    assert statuses[200] >= 4  # those that ran at once, on the slowest machine
    assert sorted(seconds)[len(seconds) // 2] < 1  # `make bench ONLY=load` measures it
    assert httpx.get(sample_service.home + paths[0], timeout=30).status_code == 200


@contextmanager
def lock(engine, table: str) -> Iterator[None]:
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield
        transaction.rollback()


@pytest.mark.parametrize(
    "path",
    [
        "/v1/buildings/b1",
        "/v1/buildings",
        "/v1/property-coverage?by=grid",
        "/tiles/buildings/15/28216/11505.mvt",
    ],
)
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"lock_seconds": 0.2}, 503, "locked"),
        (
            {"lock_seconds": 0, "object_statement_seconds": 0.2, "report_statement_seconds": 0.2},
            504,
            "statement_timeout",
        ),
    ],
)
def test_a_held_lock_delays_a_request_no_longer_than_the_setting(
    settings, engine, path, changes, status, code
):
    app = create_app(settings.model_copy(update=changes | {"tile_cache_mb": 0}))
    with TestClient(app) as client:
        with lock(engine, "building, property_coverage"):
            start = time.perf_counter()
            response = client.get(path)
            assert time.perf_counter() - start < 5
            assert (response.status_code, response.json()["code"]) == (status, code), response.text
            assert ("retry-after" in response.headers) == (status == 503)
        assert client.get(path).status_code == 200


def test_lookups_and_health_need_no_table_that_others_lock(settings, engine):
    with TestClient(create_app(settings)) as client:
        client.get("/v1/lookup?lon=130.005&lat=47.005").raise_for_status()
        with lock(engine, "building, property_coverage, area, micro_grid"):
            for path in ("/v1/lookup?lon=130.005&lat=47.005", "/readyz", "/healthz", "/metrics"):
                assert client.get(path).status_code == 200
