"""Sign-in and sign-out by form: rate-limited, recorded in the audit log."""

import re
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session, sessionmaker

from api.errors import PROBLEM, problem_for
from api.http.auth import SESSION_COOKIE, actor_for, client_address
from api.http.content_negotiation import best_media_type
from geo.accounts import accounts, audit, login_attempts, passwords
from geo.accounts import sessions as login_sessions
from geo.accounts.permissions import NotSignedIn
from geo.errors import NotFound
from geo.models import Account
from geo.settings import Language

FORM_COOKIE = "gridward_form"
"""The cookie whose CSRF token the sign-in form repeats, so that no other site can send it."""
_LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2000}")

REDIRECT_TO_LOGIN: dict[int | str, dict[str, Any]] = {
    303: {"description": "A browser without an account is sent to the sign-in form."}
}
"""The further response of pages that require an account."""


class BadCredentials(NotSignedIn):
    """The login is unknown, its account is disabled, or the password is wrong."""

    code = "bad_credentials"


def local_path(text: str) -> str:
    """Return a path of this service unchanged, and `/` for anything else.

    Browsers treat `//host`, `/\\host` and `/<tab>/host` as URLs of other hosts.
    """
    return text if _LOCAL_PATH.fullmatch(text) else "/"


def sign_in(
    sessions: sessionmaker[Session], request: Request, login: str, password: str, hours: int
) -> str:
    """Start a session by login and password, in place of the old one; return its cookie secret.

    The attempt is committed before the password is checked, so that it counts whatever happens
    next and whatever runs concurrently. Raises TooManyAttempts and BadCredentials.
    """
    account = _verify(sessions, request, login, password)
    with sessions.begin() as session:
        login_sessions.end(session, request.cookies.get(SESSION_COOKIE, ""))
        actor = actor_for(request, account)
        audit.write(session, actor, "account.sign_in", f"account {account.login}")
        return login_sessions.start(session, account, hours)


def change_password(
    sessions: sessionmaker[Session], request: Request, login: str, old: str, new: str, hours: int
) -> str:
    """Change a password, end all sessions and revoke all tokens; return a new session's secret.

    Checks the old password as `sign_in` does. Raises WeakPassword too.
    """
    passwords.require_strong(new, login)
    account = _verify(sessions, request, login, old)
    with sessions.begin() as session:
        account = accounts.get(session, account.login)
        revoked = accounts.set_password(session, account, new)
        actor = actor_for(request, account)
        subject = f"account {account.login}"
        audit.write(session, actor, "account.password", subject, tokens_revoked=revoked)
        return login_sessions.start(session, account, hours)


def _verify(
    sessions: sessionmaker[Session], request: Request, login: str, password: str
) -> Account:
    """Return the account of a login and its password; records every attempt."""
    address = client_address(request)
    with sessions.begin() as session:
        login_attempts.record(session, login, address)
    with sessions.begin() as session:
        account = accounts.verify(session, login, password)
        if account is not None:
            login_attempts.clear(session, login, address)
            session.flush()
            session.expunge(account)
            return account
        subject = _audit_subject(session, login)
        audit.write(session, actor_for(request, None), "account.sign_in_refused", subject)
    raise BadCredentials("The login or the password is wrong.", hint="Try again at /login.")


def sign_out(
    session: Session, request: Request, account: Account | None, secret: str | None
) -> None:
    """End the session of a cookie."""
    if secret is None:
        return
    login_sessions.end(session, secret)
    if account is not None:
        actor = actor_for(request, account)
        audit.write(session, actor, "account.sign_out", f"account {account.login}")


async def redirect_to_login(request: Request, error: Exception) -> Response:
    """Redirect a browser to the sign-in form, and then back; answer programs with a problem."""
    assert isinstance(error, NotSignedIn)
    accepts_html = best_media_type(request, [PROBLEM, "text/html"]) == "text/html"
    if request.method != "GET" or not accepts_html or request.url.path.startswith("/v1/"):
        return problem_for(error)
    query = f"?{request.url.query}" if request.url.query else ""
    language = request.query_params.get("lang")
    lang = f"&lang={language}" if language in list(Language) else ""
    return RedirectResponse(f"/login?next={quote(request.url.path + query)}{lang}", status_code=303)


def _audit_subject(session: Session, login: str) -> str:
    """Return the subject of a failed attempt for the audit log.

    It omits an unknown login: people type passwords into the wrong field.
    """
    try:
        return f"account {accounts.get(session, accounts.normalize_login(login)).login}"
    except (accounts.BadLogin, NotFound):
        return "an unknown account"
