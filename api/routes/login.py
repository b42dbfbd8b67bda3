"""The page to sign in on, to change one's password, and to sign out."""

import dataclasses
import math
from typing import Annotated

from fastapi import APIRouter, Cookie, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import LanguageDep, SessionDep, SettingsDep
from api.errors import REFUSALS, TOO_OFTEN, headers_of, status_of
from api.http import auth
from api.http.auth import Caller, Csrf, CsrfMissing, Viewer
from api.http.csp import policy
from api.pages import login as pages_login
from geo.accounts import sessions as login_sessions
from geo.accounts.login_attempts import TooManyAttempts
from geo.accounts.passwords import WeakPassword
from geo.accounts.permissions import NotSignedIn
from geo.errors import GridwardError
from geo.settings import Language
from maps.pages.login import Door, page

router = APIRouter(tags=["accounts"], responses={403: REFUSALS[403]})

FormCookie = Annotated[str | None, Cookie(alias=pages_login.FORM_COOKIE, include_in_schema=False)]
Next = Annotated[str, Query(max_length=4000, description="The path to go on to.")]


@router.get("/login", response_class=HTMLResponse)
def login_page(
    request: Request,
    settings: SettingsDep,
    language: LanguageDep,
    caller: Caller,
    csrf: Csrf,
    form_cookie: FormCookie = None,
    next: Next = "/",
) -> Response:
    """The form to sign in with; for who is signed in, to sign out."""
    onward = pages_login.own_path(next)
    if caller is not None and csrf is not None:
        return _shown(Door(csrf, onward, who=caller.login), language)
    secret = form_cookie or login_sessions.fresh()
    answer = _shown(Door(login_sessions.csrf(secret), onward), language)
    _give_form_cookie(request, answer, secret, settings.sign_in_hours)
    return answer


@router.post(
    "/login", response_class=HTMLResponse, status_code=303, responses={**REFUSALS, **TOO_OFTEN}
)
def log_in(
    request: Request,
    settings: SettingsDep,
    language: LanguageDep,
    login: Annotated[str, Form(max_length=1000)],
    password: Annotated[str, Form(max_length=1000)],
    csrf: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=4000)] = "/",
    form_cookie: FormCookie = None,
) -> Response:
    """Sign in, and go on; programs send a token instead."""
    onward = pages_login.own_path(next)
    hours = settings.sign_in_hours
    try:
        auth.require_csrf(form_cookie, csrf)
        secret = pages_login.admit(request.app.state.sessions, request, login, password, hours)
    except (CsrfMissing, NotSignedIn, TooManyAttempts) as error:
        known = form_cookie or login_sessions.fresh()
        answer = _refused(Door(login_sessions.csrf(known), onward, login), error, language)
        _give_form_cookie(request, answer, known, hours)
        return answer
    led: Response = RedirectResponse(onward, status_code=303)
    auth.give_cookie(request, led, auth.COOKIE, secret, hours=hours)
    return led


@router.post(
    "/login/password",
    response_class=HTMLResponse,
    responses={**REFUSALS, **TOO_OFTEN},
)
def change_password(
    request: Request,
    settings: SettingsDep,
    language: LanguageDep,
    caller: Viewer,
    csrf: Csrf,
    old: Annotated[str, Form(max_length=1000)],
    new: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Give one's own account another password, which signs it out everywhere else."""
    sessions, hours = request.app.state.sessions, settings.sign_in_hours
    door = Door(csrf or "", who=caller.login)
    try:
        secret = pages_login.change_password(sessions, request, caller.login, old, new, hours)
    except (WeakPassword, NotSignedIn, TooManyAttempts) as error:
        return _refused(door, error, language)
    fresh = dataclasses.replace(door, csrf=login_sessions.csrf(secret), is_changed=True)
    answer = _shown(fresh, language)
    auth.give_cookie(request, answer, auth.COOKIE, secret, hours=hours)
    return answer


@router.post("/logout", status_code=303)
def log_out(
    request: Request, session: SessionDep, caller: Caller, cookie: auth.Cookie
) -> RedirectResponse:
    """Sign out, and go back to the form; the form or a header repeats the CSRF token."""
    pages_login.leave(session, request, caller, cookie)
    led = RedirectResponse("/login", status_code=303)
    led.delete_cookie(auth.COOKIE, path="/", httponly=True, samesite="lax")
    return led


def _shown(
    door: Door, language: Language, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    kept_out = {"Cache-Control": "no-store"}
    return HTMLResponse(
        page(door, language).html, status, headers=policy() | kept_out | (headers or {})
    )


def _refused(door: Door, error: GridwardError, language: Language) -> HTMLResponse:
    """Return the page again, with what was wrong."""
    wait = error.retry_after_s if isinstance(error, TooManyAttempts) else 0
    told = dataclasses.replace(door, fault=error.code, minutes=math.ceil(wait / 60))
    return _shown(told, language, status_of(error), headers_of(error))


def _give_form_cookie(request: Request, answer: Response, secret: str, hours: int) -> None:
    auth.give_cookie(request, answer, pages_login.FORM_COOKIE, secret, hours=hours, path="/login")
