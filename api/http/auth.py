"""Authentication: a bearer token, or the session cookie with a CSRF token for writes."""

import datetime
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.deps import SessionDep
from api.errors import raises
from geo.accounts import audit, permissions, sessions, tokens
from geo.accounts.audit import Actor
from geo.accounts.permissions import NotSignedIn
from geo.errors import Forbidden
from geo.models import Account, Role

SESSION_COOKIE = "gridward_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_MAX_FORM_BYTES = 65_536

_bearer = HTTPBearer(auto_error=False, description="A token: gridward token add LOGIN.")
_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    description=f"Set by a login at /login; writes also need {CSRF_HEADER}.",
)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Cookie = Annotated[str | None, Depends(_cookie)]


class CsrfMissing(Forbidden):
    """A write with a session cookie lacks the CSRF token, as a request from another site would."""

    code = "csrf_missing"


async def _submitted_csrf_token(request: Request) -> str | None:
    """Return the CSRF token of a write: from the header, or from the field of a form."""
    if request.method in SAFE_METHODS or CSRF_HEADER in request.headers:
        return request.headers.get(CSRF_HEADER)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    length = request.headers.get("content-length", "")
    if content_type != "application/x-www-form-urlencoded" or not length.isdecimal():
        return None
    if int(length) > _MAX_FORM_BYTES:
        return None
    field = (await request.form()).get(CSRF_FIELD)
    return field if isinstance(field, str) else None


SubmittedCsrfToken = Annotated[str | None, Depends(_submitted_csrf_token)]


def require_csrf(secret: str | None, token: str | None) -> None:
    """Raise CsrfMissing unless a token belongs to the secret of a cookie."""
    if secret is None or token is None or not sessions.is_csrf_token(secret, token):
        raise CsrfMissing(
            "The request lacks the CSRF token of a page of this service.",
            hint=f"Reload the page. Programs use an API token, or send {CSRF_HEADER}.",
        )


@raises(NotSignedIn, Forbidden)
def _caller(
    request: Request,
    session: SessionDep,
    bearer: Bearer,
    cookie: Cookie,
    csrf_token: SubmittedCsrfToken,
) -> Account | None:
    """Return the caller's account, or None without one. Raises TokenRefused and CsrfMissing."""
    account, secret = None, cookie
    if bearer is not None:
        secret = bearer.credentials
        account = tokens.account_of(session, secret)
    elif cookie is not None:
        account = sessions.account_of(session, cookie)
    if account is not None and secret is not None:
        request.state.account = account.login  # for the log
        request.app.state.verified_credentials.add(secret, account.id)
        if bearer is None and request.method not in SAFE_METHODS:
            require_csrf(cookie, csrf_token)
    return account


Caller = Annotated[Account | None, Depends(_caller)]


def _token_expiry(session: SessionDep, bearer: Bearer) -> datetime.datetime | None:
    return None if bearer is None else tokens.expiry_of(session, bearer.credentials)


TokenExpiry = Annotated[datetime.datetime | None, Depends(_token_expiry)]
"""When the token of the request expires; None for a token without expiry, and for a session."""


def require_account(caller: Caller) -> Account:
    """Return the account of the caller. Raises NotSignedIn without one."""
    if caller is None:
        raise NotSignedIn(
            "This needs an account.",
            hint="Log in at /login, or send Authorization: Bearer with a token.",
        )
    return caller


def require_role(role: Role) -> Callable[[Account], Account]:
    """Return the dependency that requires an account with this role or a higher one."""

    def check(account: Annotated[Account, Depends(require_account)]) -> Account:
        permissions.require_role(account, role)
        return account

    return check


Viewer = Annotated[Account, Depends(require_role(Role.VIEWER))]
Reporter = Annotated[Account, Depends(require_role(Role.REPORTER))]
Coordinator = Annotated[Account, Depends(require_role(Role.COORDINATOR))]
Admin = Annotated[Account, Depends(require_role(Role.ADMIN))]


def client_address(request: Request) -> str:
    """Return the client's network address."""
    return request.client.host if request.client is not None else "unknown"


def actor_for(request: Request, account: Account | None) -> Actor:
    """Return the actor of a request, for the audit log."""
    login = audit.ANONYMOUS if account is None else account.login
    return Actor(login, client_address(request), account)


def _actor(request: Request, account: Annotated[Account, Depends(require_account)]) -> Actor:
    return actor_for(request, account)


def _optional_actor(request: Request, caller: Caller) -> Actor:
    return actor_for(request, caller)


ActorDep = Annotated[Actor, Depends(_actor)]
"""The signed-in actor of a write."""
OptionalActorDep = Annotated[Actor, Depends(_optional_actor)]
"""The actor of a write that a setting opens to callers without an account."""


async def _csrf_token(cookie: Cookie) -> str | None:
    return None if cookie is None else sessions.csrf_token(cookie)


CsrfToken = Annotated[str | None, Depends(_csrf_token)]
"""The token that a page's scripts and forms submit with writes; None without a session cookie."""


def set_private_cookie(
    request: Request, response: Response, name: str, secret: str, *, hours: int, path: str = "/"
) -> None:
    """Set a cookie that scripts cannot read and other sites cannot submit in forms."""
    response.set_cookie(
        name,
        secret,
        max_age=hours * 3600,
        path=path,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
