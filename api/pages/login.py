"""Signing in and out on a page: the form is checked, tries are counted, a cookie is given."""

import re
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session, sessionmaker

from api.errors import problem_of
from api.http.auth import COOKIE, actor_of, address_of
from geo.accounts import accounts, audit, login_attempts, passwords
from geo.accounts import sessions as login_sessions
from geo.accounts.permissions import NotSignedIn
from geo.errors import NotFound
from geo.models import Account

FORM_COOKIE = "gridward_form"
"""Goes with the form before anybody is signed in, so that only our own form can be sent."""
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2000}")


class BadCredentials(NotSignedIn):
    """The login is unknown, its account disabled, or the password wrong; it is not said which."""

    code = "bad_credentials"


def own_path(text: str) -> str:
    """Return a path of this service as it is, and `/` for anything else.

    Browsers read `//host`, `/\\host` and `/<tab>/host` as addresses of other hosts.
    """
    return text if _OWN_PATH.fullmatch(text) else "/"


def admit(
    sessions: sessionmaker[Session], request: Request, login: str, password: str, hours: int
) -> str:
    """Sign in by login and password; return the secret of the cookie that replaces an older one.

    The try is counted and committed before the password is looked at, so that it counts whatever
    happens next and whatever else runs beside it. Raises TooManyAttempts and BadCredentials.
    """
    account = _checked(sessions, request, login, password)
    with sessions.begin() as session:
        login_sessions.end(session, request.cookies.get(COOKIE, ""))
        actor = actor_of(request, account)
        audit.write(session, actor, "account.sign_in", f"account {account.login}")
        return login_sessions.begin(session, account, hours)


def change_password(
    sessions: sessionmaker[Session], request: Request, login: str, old: str, new: str, hours: int
) -> str:
    """Give an account another password, and sign it out elsewhere; return a new cookie's secret.

    Knowing the old one is a try like any other. Raises WeakPassword too.
    """
    passwords.require_strong(new, login)
    account = _checked(sessions, request, login, old)
    with sessions.begin() as session:
        account = accounts.get(session, account.login)
        accounts.set_password(session, account, new)
        actor = actor_of(request, account)
        audit.write(session, actor, "account.password", f"account {account.login}")
        return login_sessions.begin(session, account, hours)


def _checked(
    sessions: sessionmaker[Session], request: Request, login: str, password: str
) -> Account:
    """Return the account of a login and its password; every try is counted."""
    address = address_of(request)
    with sessions.begin() as session:
        login_attempts.begin(session, login, address)
    with sessions.begin() as session:
        account = accounts.verify(session, login, password)
        if account is not None:
            login_attempts.succeed(session, login, address)
            session.flush()
            session.expunge(account)
            return account
        tried = _named(session, login)
        audit.write(session, actor_of(request, None), "account.sign_in_refused", tried)
    raise BadCredentials("The login or the password is wrong.", hint="Try again at /login.")


def leave(session: Session, request: Request, account: Account | None, secret: str | None) -> None:
    """Sign out whoever a cookie signs in."""
    if secret is None:
        return
    login_sessions.end(session, secret)
    if account is not None:
        actor = actor_of(request, account)
        audit.write(session, actor, "account.sign_out", f"account {account.login}")


async def to_the_door(request: Request, error: Exception) -> Response:
    """Answer who is not signed in: people who open a page are led to the form, and then back."""
    assert isinstance(error, NotSignedIn)
    wants_page = "text/html" in request.headers.get("accept", "")
    if request.method != "GET" or not wants_page or request.url.path.startswith("/v1/"):
        return problem_of(error)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?next={quote(request.url.path + query)}", status_code=303)


def _named(session: Session, login: str) -> str:
    """Return how the audit names a login that was tried.

    An unknown one is left out: people type passwords into the wrong field.
    """
    try:
        return f"account {accounts.get(session, accounts.normal(login)).login}"
    except (accounts.BadLogin, NotFound):
        return "an unknown account"
