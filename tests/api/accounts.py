"""Accounts, and HTTP clients that are signed in."""

from collections.abc import Mapping
from typing import Literal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.http import auth
from api.http.request_class import RequestClass
from geo.accounts import accounts as geo_accounts
from geo.accounts import sessions, tokens
from geo.models import Account, Role

ACCOUNTS = {
    "admin": (Role.ADMIN, None),
    "chen": (Role.COORDINATOR, "230403001"),
    "wang": (Role.COORDINATOR, "230403"),
    "reporter": (Role.REPORTER, "230403001001"),
    "viewer": (Role.VIEWER, None),
}
"""Logins with their role and reach in the district of tests/district.py; none has a password."""


@pytest.fixture
def accounts(session: Session) -> Mapping[str, Account]:
    """The accounts of ACCOUNTS, by login."""
    created = {
        login: geo_accounts.add(session, login, role, reach=reach)
        for login, (role, reach) in ACCOUNTS.items()
    }
    session.commit()
    return created


def signed_in(
    client: TestClient, login: str, by: Literal["token", "cookie"] = "token"
) -> TestClient:
    """Return a client with a token of an account, or with its session cookie and CSRF header.

    The account exists in the test's database, such as those of the fixture `accounts`.
    """
    signed_in_client = TestClient(client.app, follow_redirects=False)
    with client.app.state.sessions[RequestClass.OBJECT].begin() as session:  # type: ignore[attr-defined]
        account = geo_accounts.get(session, login)
        if by == "token":
            _, secret = tokens.issue(session, account, name="a test")
            signed_in_client.headers["Authorization"] = f"Bearer {secret}"
        else:
            secret = sessions.start(session, account, hours=1)
            signed_in_client.cookies.set(auth.SESSION_COOKIE, secret)
            signed_in_client.headers[auth.CSRF_HEADER] = sessions.csrf_token(secret)
    return signed_in_client


def client_for(client: TestClient, login: str | None) -> TestClient:
    """Return a client that is signed in with a token, or anonymous if `login` is None."""
    return TestClient(client.app) if login is None else signed_in(client, login)
