"""Who calls: by a token in a header, or by the cookie of somebody who signed in on a page."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.deps import SessionDep
from geo.accounts import audit, permissions, sessions, tokens
from geo.accounts.audit import Actor
from geo.accounts.permissions import NotSignedIn
from geo.errors import Forbidden
from geo.models import Account, Role

SESSION_COOKIE = "gridward_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_LARGEST_FORM = 65_536

_bearer = HTTPBearer(auto_error=False, description="A token: gridward token add LOGIN.")
_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    description=f"A sign-in on /login; writes repeat {CSRF_HEADER}.",
)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Cookie = Annotated[str | None, Depends(_cookie)]


class CsrfMissing(Forbidden):
    """A write by cookie does not repeat the token of its page, as another site's would not."""

    code = "csrf_missing"


async def _offered(request: Request) -> str:
    """Return what a write repeats of its page: in a header, or in the field of a form."""
    if request.method in SAFE_METHODS or CSRF_HEADER in request.headers:
        return request.headers.get(CSRF_HEADER, "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    length = request.headers.get("content-length", "")
    if kind != "application/x-www-form-urlencoded" or not length.isdecimal():
        return ""
    if int(length) > _LARGEST_FORM:
        return ""
    field = (await request.form()).get(CSRF_FIELD)
    return field if isinstance(field, str) else ""


Offered = Annotated[str, Depends(_offered)]


def require_csrf(secret: str | None, offered: str) -> None:
    """Raise CsrfMissing unless what is offered goes with the secret of a cookie."""
    if secret is None or not sessions.is_csrf_token(secret, offered):
        raise CsrfMissing(
            "The request does not show that it comes from a page of this service.",
            hint=f"Load the page again; programs use a token, or repeat {CSRF_HEADER}.",
        )


def _caller(
    request: Request, session: SessionDep, bearer: Bearer, cookie: Cookie, offered: Offered
) -> Account | None:
    """Return who calls, None for a caller without an account. Raises TokenRefused, CsrfMissing."""
    if bearer is not None:
        return tokens.account_of(session, bearer.credentials)
    account = None if cookie is None else sessions.account_of(session, cookie)
    if account is not None and request.method not in SAFE_METHODS:
        require_csrf(cookie, offered)
    return account


Caller = Annotated[Account | None, Depends(_caller)]


def _signed_in(caller: Caller) -> Account:
    if caller is None:
        raise NotSignedIn(
            "This needs an account.",
            hint="Sign in at /login, or send Authorization: Bearer with a token.",
        )
    return caller


def require_role(role: Role) -> Callable[[Account], Account]:
    """Return the dependency that asks for an account of at least this role."""

    def check(account: Annotated[Account, Depends(_signed_in)]) -> Account:
        permissions.require_role(account, role)
        return account

    return check


Viewer = Annotated[Account, Depends(require_role(Role.VIEWER))]
Reporter = Annotated[Account, Depends(require_role(Role.REPORTER))]
Coordinator = Annotated[Account, Depends(require_role(Role.COORDINATOR))]
Admin = Annotated[Account, Depends(require_role(Role.ADMIN))]


def client_address(request: Request) -> str:
    """Return the network address that a request comes from."""
    return request.client.host if request.client is not None else "unknown"


def actor_for(request: Request, account: Account | None) -> Actor:
    """Return who does what a request asks, for the audit."""
    login = audit.ANONYMOUS if account is None else account.login
    return Actor(login, client_address(request), account)


def _actor(request: Request, account: Annotated[Account, Depends(_signed_in)]) -> Actor:
    return actor_for(request, account)


def _anybody(request: Request, caller: Caller) -> Actor:
    return actor_for(request, caller)


ActorDep = Annotated[Actor, Depends(_actor)]
"""A signed-in writer."""
OptionalActorDep = Annotated[Actor, Depends(_anybody)]
"""A writer who may have no account, where a setting lets them in."""


async def _csrf(cookie: Cookie) -> str | None:
    return None if cookie is None else sessions.csrf_token(cookie)


CsrfToken = Annotated[str | None, Depends(_csrf)]
"""What a page tells its scripts and forms to repeat; None for who is not signed in by cookie."""


def set_private_cookie(
    request: Request, response: Response, name: str, secret: str, *, hours: int, path: str = "/"
) -> None:
    """Set a cookie that no script reads and no other site's form or script sends along."""
    response.set_cookie(
        name,
        secret,
        max_age=hours * 3600,
        path=path,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
