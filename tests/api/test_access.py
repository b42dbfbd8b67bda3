"""Every route asks for the role and the reach that stand here, and every write leaves its mark.

The routes are those of the OpenAPI document: one that is not in TABLE fails.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from geo.accounts import accounts, passwords, sessions, tokens
from geo.models import Account, Audit, Role
from geo.plans import drafts
from geo.plans.core.operations import Rename
from geo.plans.replay_cache import ReplayCache
from tests import staff
from tests.api.accounts import signed_in
from tests.api.conftest import wait_until_connected
from tests.district import place
from tests.district_edits import merge_grids

PASSWORD = "correct horse"
INSIDE, OUTSIDE = "230403001001", "230403001002"
LOGINS = [f"{role}-{where}" for role in Role for where in ("inside", "outside")]


@dataclass(frozen=True)
class Rule:
    """Who may call a route; None is everybody."""

    role: Role | None = None
    reach: bool = False
    """Whether an account elsewhere is refused."""
    refusal: int = 403
    """What an account elsewhere is told: 404 where what is out of reach does not exist."""


EVERYBODY = Rule()
TABLE: dict[tuple[str, str], Rule] = {
    ("get", "/v1/lookup"): EVERYBODY,
    ("post", "/v1/lookup"): EVERYBODY,
    ("get", "/v1/areas"): EVERYBODY,
    ("get", "/v1/areas/{code}"): EVERYBODY,
    ("get", "/v1/buildings"): EVERYBODY,
    ("get", "/v1/buildings/{code}"): EVERYBODY,
    ("get", "/v1/buildings/{code}/history"): EVERYBODY,
    ("get", "/v1/property-coverage"): EVERYBODY,
    ("get", "/v1/property-coverage/changes"): EVERYBODY,
    ("get", "/v1/grids"): EVERYBODY,
    ("get", "/v1/grids/{code}"): EVERYBODY,
    ("get", "/v1/grids/{code}/history"): EVERYBODY,
    ("get", "/v1/grids/{code}/members"): Rule(Role.VIEWER, reach=True),
    ("get", "/v1/revisions"): EVERYBODY,
    ("get", "/v1/revisions/{number}"): EVERYBODY,
    ("post", "/v1/revisions/{number}/revert"): Rule(Role.COORDINATOR, reach=True),
    ("get", "/v1/diff"): EVERYBODY,
    ("get", "/v1/plans"): Rule(Role.VIEWER),
    ("post", "/v1/plans"): Rule(Role.COORDINATOR),
    ("get", "/v1/plans/{number}"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/grids"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/findings"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/impact"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/diff"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/comments"): Rule(Role.VIEWER),
    ("post", "/v1/plans/{number}/comments"): Rule(Role.REPORTER),
    ("post", "/v1/plans/{number}/operations"): Rule(Role.COORDINATOR, reach=True),
    ("post", "/v1/plans/{number}/undo"): Rule(Role.COORDINATOR),
    ("post", "/v1/plans/{number}/redo"): Rule(Role.COORDINATOR, reach=True),
    ("post", "/v1/plans/{number}/rebase"): Rule(Role.COORDINATOR, reach=True),
    ("post", "/v1/plans/{number}/publish"): Rule(Role.COORDINATOR, reach=True),
    ("post", "/v1/plans/{number}/discard"): Rule(Role.COORDINATOR),
    ("get", "/v1/limits"): EVERYBODY,
    ("post", "/v1/limits"): Rule(Role.COORDINATOR, reach=True),
    ("get", "/v1/issues"): EVERYBODY,
    ("get", "/v1/issues/counts"): EVERYBODY,
    ("get", "/v1/issues/{ref}"): EVERYBODY,
    ("post", "/v1/issues"): Rule(Role.REPORTER, reach=True),
    ("get", "/v1/search"): EVERYBODY,
    ("get", "/tiles/{layer}/{z}/{x}/{y}.mvt"): EVERYBODY,
    ("get", "/maps/{subject}"): EVERYBODY,
    ("get", "/redraw"): Rule(Role.VIEWER),
    ("get", "/redraw/{number}"): Rule(Role.VIEWER),
    ("get", "/redraw/{number}/notice"): Rule(Role.VIEWER),
    ("get", "/healthz"): EVERYBODY,
    ("get", "/readyz"): EVERYBODY,
    ("get", "/metrics"): EVERYBODY,
    ("get", "/login"): EVERYBODY,
    ("post", "/login"): EVERYBODY,
    ("post", "/login/password"): Rule(Role.VIEWER),
    ("post", "/logout"): EVERYBODY,
    ("get", "/v1/account"): Rule(Role.VIEWER),
    ("get", "/v1/accounts"): Rule(Role.ADMIN),
    ("post", "/v1/accounts"): Rule(Role.ADMIN, reach=True),
    ("post", "/v1/accounts/{login}/disable"): Rule(Role.ADMIN, reach=True, refusal=404),
    ("get", "/v1/accounts/{login}/tokens"): Rule(Role.ADMIN, reach=True, refusal=404),
    ("post", "/v1/accounts/{login}/tokens"): Rule(Role.ADMIN, reach=True, refusal=404),
    ("post", "/v1/tokens/{number}/revoke"): Rule(Role.ADMIN, reach=True, refusal=404),
    ("get", "/v1/audit"): Rule(Role.ADMIN),
}
"""The least role of every route, and whether reach matters. Tokens are also their owners'."""

NOT_FOR_OTHERS = {path for _, path in TABLE if path.startswith(("/v1/accounts/{", "/v1/tokens/"))}
"""Where a role that is too low finds nothing, rather than being told that there is something."""

READS = {("post", "/v1/lookup"), ("post", "/logout")}
"""What is sent without changing anything: questions in a body, and signing out who is not in."""

LON, LAT = place(5, 5)
FILLED: dict[str, str] = {
    "code": "230403001001001",
    "/v1/areas/{code}": "230403",
    "/v1/buildings/{code}": "b1",
    "number": "2",
    "ref": "I1",
    "layer": "grids",
    "z": "1",
    "x": "1",
    "y": "0",
    "subject": "grids",
    "login": "somebody",
}
PLANS = ("/v1/plans/{number}", "/redraw/{number}")
"""Those of whoever calls: nobody else changes a plan."""
QUERY: dict[str, dict[str, str]] = {
    "/v1/lookup": {"lon": str(LON), "lat": str(LAT), "detail": "border,building,members"},
    "/v1/property-coverage": {"by": "district"},
    "/v1/property-coverage/changes": {"by": "district", "since": "2025-01-01"},
    "/v1/diff": {"from": "1", "to": "2"},
    "/v1/search": {"q": "23"},
}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/lookup": {"points": [[LON, LAT]]},
    "/v1/issues": {"category": "heating", "lon": LON, "lat": LAT},
    "/v1/accounts": {"login": "fresh", "role": "viewer", "reach": INSIDE},
    "/v1/plans": {"title": "a plan"},
    "/v1/plans/{number}/operations": {"kind": "rename", "code": f"{INSIDE}003", "name": "y"},
    "/v1/plans/{number}/comments": {"text": "well"},
    "/v1/limits": {"most_buildings": 9},
}

Ask = Callable[[TestClient, str, str], Any]


@pytest.fixture
def routes(client: TestClient) -> list[tuple[str, str]]:
    """Every method and path that the OpenAPI document has."""
    paths = client.app.openapi()["paths"]
    return [(method, path) for path, operations in paths.items() for method in operations]


@pytest.fixture
def people(session: Session, district: Session) -> dict[str, Account]:
    """An account of every role inside the first community, and one elsewhere; and `somebody`."""
    merge_grids(session)
    made = {}
    for login in LOGINS:
        role, _, where = login.partition("-")
        reach = INSIDE if where == "inside" else OUTSIDE
        made[login] = accounts.add(session, login, Role(role), reach=reach)
    accounts.add(session, "somebody", Role.VIEWER, reach=INSIDE)
    session.execute(update(Account).values(password_hash=_hashed()))
    session.commit()
    return made


@cache
def _hashed() -> str:
    """The hash of everybody's password, made once: it is slow on purpose."""
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def ask(app, settings, session, people) -> Ask:
    """Call a route as it should be called, by method and path."""
    app.state.settings = settings.model_copy(update={"open_issue_intake": False})
    theirs, _ = tokens.issue(session, accounts.get(session, "somebody"))
    session.commit()

    def call(caller: TestClient, method: str, path: str) -> Any:
        more: dict[str, Any] = {"params": QUERY.get(path, {}) if method == "get" else {}}
        if path == "/login" and method == "post":
            caller.cookies.set("gridward_form", "known")
            csrf = sessions.csrf_token("known")
            more["data"] = {"login": "somebody", "password": PASSWORD, "csrf": csrf}
        elif path == "/login/password":
            more["data"] = {"old": PASSWORD, "new": "another horse"}
        elif method == "post":
            more["json"] = BODIES.get(path)
        if path == "/v1/limits" and method == "post":
            more["params"] = {"area": INSIDE}
        if path.startswith(PLANS):
            more["headers"] = {"If-Match": '"3"'}
            path = path.replace("{number}", str(_plan_of(session, caller)))
        return caller.request(method, _filled(path, theirs.id), follow_redirects=False, **more)

    return call


def _plan_of(session: Session, caller: TestClient) -> int:
    """A plan of the caller with a step in effect in the first community, and one undone."""
    bearer = caller.headers.get("Authorization")
    owner = tokens.account_of(session, bearer.removeprefix("Bearer ")) if bearer else None
    plan = drafts.create(session, "a plan", author=owner.login if owner else "nobody")
    replays = ReplayCache()
    for name in ("w", "x"):
        operation = Rename(f"{INSIDE}003", name)
        drafts.add_step(session, plan, operation, replays, made_by=plan.author)
    drafts.undo(session, plan, replays)
    plan.version = 3
    session.flush()
    return plan.id


def _filled(path: str, token: int) -> str:
    special = next((word for start, word in FILLED.items() if path.startswith(start)), None)

    def fill(match: re.Match[str]) -> str:
        if path.startswith("/v1/tokens/"):
            return str(token)
        return FILLED[match[1]] if special is None else special

    return re.sub(r"\{(\w+)\}", fill, path)


def _served(routes: Iterable[Any]) -> Iterator[tuple[str, set[str]]]:
    """Every path and its methods, those of included routers too."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _served(route.original_router.routes)
        else:
            yield route.path, route.methods


def _caller(client: TestClient, login: str | None) -> TestClient:
    return TestClient(client.app) if login is None else signed_in(client, login)


def _expected(rule: Rule, login: str | None, path: str) -> set[int]:
    fine = {200, 201, 303}
    if rule.role is None:
        return fine
    if login is None:
        return {401}
    role, _, where = login.partition("-")
    if not Role(role).includes(rule.role):
        return {404} if path in NOT_FOR_OTHERS and not path.endswith("disable") else {403}
    return {rule.refusal} if rule.reach and where == "outside" else fine


def test_every_route_has_a_rule_and_every_rule_a_route(routes):
    assert set(routes) == TABLE.keys()


def test_what_the_document_leaves_out_only_answers(client, routes):
    hidden = [
        (path, method)
        for path, methods in _served(client.app.routes)
        for method in methods
        if (method.lower(), path) not in TABLE
    ]
    assert hidden
    assert {method for _, method in hidden} <= {"GET", "HEAD"}


@pytest.mark.parametrize(("method", "path"), TABLE, ids=lambda part: part)
def test_every_role_may_do_what_the_table_says_and_no_more(client, ask, session, method, path):
    for login in (None, *LOGINS):
        caller = _caller(client, login)
        savepoint = session.connection().begin_nested()
        wait_until_connected(client.app)  # or it is not ready, which is no matter of roles
        answer = ask(caller, method, path)
        savepoint.rollback()
        expected = _expected(TABLE[method, path], login, path)
        assert answer.status_code in expected, (login, answer.text[:300])
        if answer.status_code in (401, 403):
            assert answer.json()["code"] in ("not_signed_in", "role_missing", "out_of_reach")


@pytest.mark.parametrize(
    ("method", "path"), [each for each in TABLE if each[0] != "get"], ids=lambda part: part
)
def test_every_write_leaves_a_row_in_the_audit_and_a_refused_one_none(
    client, ask, session, method, path
):
    def rows() -> int:
        return session.scalar(select(func.count()).select_from(Audit))

    if TABLE[method, path].role is not None:
        for login in (None, "viewer-outside")[: 1 + (TABLE[method, path].role != Role.VIEWER)]:
            assert ask(_caller(client, login), method, path).status_code in (401, 403, 404)
        assert rows() == 0
    assert ask(_caller(client, "admin-inside"), method, path).status_code < 400
    assert rows() == (0 if (method, path) in READS else 1)
    if rows():
        entry = session.scalars(select(Audit)).one()
        login = "somebody" if path == "/login" else "admin-inside"
        assert (entry.login, entry.address) == (login, "testclient")
        assert entry.account_id == accounts.get(session, login).id
        assert entry.action.count(".") == 1
        assert entry.subject


@pytest.mark.parametrize(("method", "path"), TABLE, ids=lambda part: part)
def test_no_public_answer_has_a_name_or_a_phone_of_a_person(client, ask, staffed, method, path):
    if method == "get" and TABLE[method, path] == EVERYBODY:
        answer = ask(_caller(client, None), method, path)
        assert "phone" not in answer.text
        assert "password_hash" not in answer.text
        for secret in (staff.NAME, staff.PHONE, json.dumps(staff.NAME).strip('"')):
            assert secret.encode() not in answer.content
            assert secret not in str(answer.headers)


@pytest.mark.parametrize("form", ["geojson", "csv", "gpkg", "parquet", "xlsx"])
@pytest.mark.parametrize("path", ["/v1/grids", "/v1/areas", "/v1/buildings", "/v1/issues"])
def test_no_list_in_any_format_has_a_column_for_people(client, staffed, path, form):
    answer = client.get(path, params={"format": form})
    assert answer.status_code == 200
    for secret in (staff.NAME, staff.PHONE, "person", "phone"):
        assert secret.encode() not in answer.content


def test_the_walk_would_find_a_name_that_is_told(client, ask, staffed):
    told = ask(_caller(client, "viewer-inside"), "get", "/v1/grids/{code}/members")
    assert staff.NAME.encode() in told.content
    assert staff.PHONE.encode() in told.content


def test_the_document_says_which_routes_need_an_account(client):
    paths = client.app.openapi()["paths"]
    for (method, path), rule in TABLE.items():
        if rule.role is not None:
            operation = paths[path][method]
            assert operation["security"], path
            assert {"401", "403"} <= operation["responses"].keys(), path
