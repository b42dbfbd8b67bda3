"""Accounts of every role inside and outside a community, and a valid request for every route."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from geo.accounts import accounts, passwords, sessions, tokens
from geo.models import Account, Role
from geo.plans import drafts
from geo.plans.core.operations import Rename
from geo.plans.replay_cache import ReplayCache
from tests.api.access.requests import (
    BODIES,
    INSIDE,
    LOGINS,
    OUTSIDE,
    PASSWORD,
    PATH_PARAMS,
    PLAN_PATHS,
    QUERY_PARAMS,
)
from tests.district_edits import merge_grids

Send = Callable[[TestClient, str, str], httpx2.Response]


@pytest.fixture
def role_accounts(session: Session, district: Session) -> None:
    """An account for each of LOGINS, and `somebody`."""
    merge_grids(session)
    for login in LOGINS:
        role, _, where = login.partition("-")
        reach = INSIDE if where == "inside" else OUTSIDE
        accounts.add(session, login, Role(role), reach=reach)
    accounts.add(session, "somebody", Role.VIEWER, reach=INSIDE)
    session.execute(update(Account).values(password_hash=_password_hash()))
    session.commit()


@cache
def _password_hash() -> str:
    """The hash of PASSWORD; computing it is slow on purpose."""
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def send(app, settings, session, role_accounts) -> Send:
    """Send a valid request to a route, given its method and path template."""
    app.state.settings = settings.model_copy(update={"open_issue_intake": False})
    token, _ = tokens.issue(session, accounts.get(session, "somebody"))
    session.commit()

    def request(caller: TestClient, method: str, path: str) -> httpx2.Response:
        options: dict[str, Any] = {"params": QUERY_PARAMS.get(path, {}) if method == "get" else {}}
        if path == "/login" and method == "post":
            caller.cookies.set("gridward_form", "secret")
            csrf = sessions.csrf_token("secret")
            options["data"] = {"login": "somebody", "password": PASSWORD, "csrf": csrf}
        elif path == "/login/password":
            options["data"] = {"old": PASSWORD, "new": "another horse"}
        elif method == "post":
            options["json"] = BODIES.get(path)
        if path == "/v1/limits" and method == "post":
            options["params"] = {"area": INSIDE}
        if path.startswith(PLAN_PATHS):
            options["headers"] = {"If-Match": '"3"'}
            path = path.replace("{number}", str(_create_plan(session, caller)))
        url = fill_path(path, token.id)
        return caller.request(method, url, follow_redirects=False, **options)

    return request


def _create_plan(session: Session, caller: TestClient) -> int:
    """Create a plan of the caller with one step in effect in the community, and one undone."""
    bearer = caller.headers.get("Authorization")
    owner = tokens.account_of(session, bearer.removeprefix("Bearer ")) if bearer else None
    plan = drafts.create(session, "a plan", author=owner.login if owner else "nobody")
    replay_cache = ReplayCache()
    for name in ("w", "x"):
        operation = Rename(f"{INSIDE}003", name)
        drafts.add_step(session, plan, operation, replay_cache, made_by=plan.author)
    drafts.undo(session, plan, replay_cache)
    plan.version = 3
    session.flush()
    return plan.id


def fill_path(path: str, token_number: int) -> str:
    """Return a path template with values: those of its longest known prefix, or by name."""
    by_path = next((value for start, value in PATH_PARAMS.items() if path.startswith(start)), None)

    def value(match: re.Match[str]) -> str:
        if path.startswith("/v1/tokens/"):
            return str(token_number)
        return PATH_PARAMS[match[1]] if by_path is None else by_path

    return re.sub(r"\{(\w+)\}", value, path)
