"""Every route enforces its rule of role and reach; every write is audited."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from geo.accounts import accounts
from geo.models import Audit, Role
from tests.api.access.requests import LOGINS
from tests.api.access.rules import HIDDEN_FROM_OTHERS, RULES, UNAUDITED, Rule
from tests.api.accounts import client_for
from tests.api.conftest import wait_until_connected


@pytest.fixture
def documented_routes(client: TestClient) -> set[tuple[str, str]]:
    """Every method and path of the OpenAPI document."""
    paths = client.app.openapi()["paths"]
    return {(method, path) for path, operations in paths.items() for method in operations}


def _paths_and_methods(routes: Iterable[Any]) -> Iterator[tuple[str, set[str]]]:
    """The paths and methods of routes, including those of included routers."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _paths_and_methods(route.original_router.routes)
        else:
            yield route.path, route.methods


def _expected_statuses(rule: Rule, login: str | None, path: str) -> set[int]:
    success = {200, 201, 303}
    if rule.role is None:
        return success
    if login is None:
        return {401}
    role, _, where = login.partition("-")
    if not Role(role).includes(rule.role):
        return {404} if path in HIDDEN_FROM_OTHERS and not path.endswith("disable") else {403}
    return {rule.status_outside} if rule.reach and where == "outside" else success


def test_every_route_has_a_rule_and_every_rule_a_route(documented_routes):
    assert documented_routes == RULES.keys()


def test_undocumented_routes_only_read(client):
    undocumented = [
        (path, method)
        for path, methods in _paths_and_methods(client.app.routes)
        for method in methods
        if (method.lower(), path) not in RULES
    ]
    assert undocumented
    assert {method for _, method in undocumented} <= {"GET", "HEAD"}


@pytest.mark.parametrize(("method", "path"), RULES, ids=lambda part: part)
def test_every_route_enforces_its_rule(client, send, session, method, path):
    for login in (None, *LOGINS):
        caller = client_for(client, login)
        savepoint = session.connection().begin_nested()
        wait_until_connected(client.app)
        response = send(caller, method, path)
        savepoint.rollback()
        expected = _expected_statuses(RULES[method, path], login, path)
        assert response.status_code in expected, (login, response.text[:300])
        if response.status_code in (401, 403):
            assert response.json()["code"] in ("not_signed_in", "role_missing", "out_of_reach")


@pytest.mark.parametrize(
    ("method", "path"), [route for route in RULES if route[0] != "get"], ids=lambda part: part
)
def test_a_write_adds_one_audit_entry_and_a_rejected_write_none(
    client, send, session, method, path
):
    def count_entries() -> int:
        return session.scalar(select(func.count()).select_from(Audit))

    rule = RULES[method, path]
    if rule.role is not None:
        rejected = (None,) if rule.role == Role.VIEWER else (None, "viewer-outside")
        for login in rejected:
            response = send(client_for(client, login), method, path)
            assert response.status_code in (401, 403, 404)
        assert count_entries() == 0
    assert send(client_for(client, "admin-inside"), method, path).status_code < 400
    assert count_entries() == (0 if (method, path) in UNAUDITED else 1)
    if count_entries():
        entry = session.scalars(select(Audit)).one()
        login = "somebody" if path == "/login" else "admin-inside"
        assert (entry.login, entry.address) == (login, "testclient")
        assert entry.account_id == accounts.get(session, login).id
        assert entry.action.count(".") == 1
        assert entry.subject


def test_the_openapi_document_declares_security_where_an_account_is_required(client):
    paths = client.app.openapi()["paths"]
    for (method, path), rule in RULES.items():
        if rule.role is not None:
            operation = paths[path][method]
            assert operation["security"], path
            assert {"401", "403"} <= operation["responses"].keys(), path
