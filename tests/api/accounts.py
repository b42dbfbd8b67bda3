"""Accounts to call the application with."""

from collections.abc import Mapping
from typing import Literal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.http import auth
from geo.accounts import accounts as accounts_accounts
from geo.accounts import sessions, tokens
from geo.models import Account, Role

WHO = {
    "admin": (Role.ADMIN, None),
    "chen": (Role.COORDINATOR, "230403001"),
    "wang": (Role.COORDINATOR, "230403"),
    "reporter": (Role.REPORTER, "230403001001"),
    "viewer": (Role.VIEWER, None),
}
"""Logins with their role and reach in the district of tests/district.py; none has a password."""


@pytest.fixture
def accounts(session: Session) -> Mapping[str, Account]:
    """The accounts of WHO, by login."""
    made = {
        login: accounts_accounts.add(session, login, role, reach=reach)
        for login, (role, reach) in WHO.items()
    }
    session.commit()
    return made


def signed_in(
    client: TestClient, login: str, by: Literal["token", "cookie"] = "token"
) -> TestClient:
    """Return a caller with an account's token, or with its cookie and the CSRF token in a header.

    The account is one of the fixture `accounts`, or made by the test in the same database.
    """
    caller = TestClient(client.app, follow_redirects=False)
    with client.app.state.sessions.begin() as session:  # type: ignore[attr-defined]
        account = accounts_accounts.get(session, login)
        if by == "token":
            _, secret = tokens.issue(session, account, name="a test")
            caller.headers["Authorization"] = f"Bearer {secret}"
        else:
            secret = sessions.start(session, account, hours=1)
            caller.cookies.set(auth.SESSION_COOKIE, secret)
            caller.headers[auth.CSRF_HEADER] = sessions.csrf_token(secret)
    return caller
