"""The sign-in page: signing in and out, and changing the password."""

import dataclasses
import math
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import LanguageDep, SessionDep, SettingsDep
from api.errors import headers_for, raises, status_for
from api.http import auth
from api.http.auth import Caller, CsrfMissing, CsrfToken, Viewer
from api.http.csp import csp_headers
from api.http.request_class import RequestClass
from api.pages import login as login_actions
from api.pages.login import REDIRECT_TO_LOGIN
from geo.accounts import sessions as login_sessions
from geo.accounts.login_attempts import TooManyAttempts
from geo.accounts.passwords import MAX_LENGTH, MIN_LENGTH, WeakPassword
from geo.accounts.permissions import NotSignedIn
from geo.errors import GridwardError
from geo.settings import Language
from maps.pages.login import LoginState, render_login_page

router = APIRouter(tags=["accounts"])

_FORM: dict[str, Any] = {"content": {"text/html": {"schema": {"type": "string"}}}}
"""The form with the error that it was rejected for."""

FormCookie = Annotated[str | None, Cookie(alias=login_actions.FORM_COOKIE, include_in_schema=False)]
CsrfField = Annotated[str, Form(max_length=100)]
"""Declared here, checked by api/http/auth.py."""
Next = Annotated[str, Query(max_length=4000, description="The path to open after signing in.")]


@router.get("/login", response_class=HTMLResponse, responses=REDIRECT_TO_LOGIN)
def login_page(
    request: Request,
    settings: SettingsDep,
    language: LanguageDep,
    caller: Caller,
    csrf: CsrfToken,
    form_cookie: FormCookie = None,
    next: Next = "/",
) -> Response:
    """The sign-in form; for a caller who is signed in, the sign-out form."""
    next_path = login_actions.local_path(next)
    if caller is not None and csrf is not None:
        return _html(LoginState(csrf, next_path, signed_in_as=caller.login), language)
    secret = form_cookie or login_sessions.new_secret()
    response = _html(LoginState(login_sessions.csrf_token(secret), next_path), language)
    _give_form_cookie(request, response, secret, settings.sign_in_hours)
    return response


@router.post(
    "/login",
    response_class=RedirectResponse,
    status_code=303,
    responses={401: _FORM, 403: _FORM, 429: _FORM},
)
def log_in(
    request: Request,
    settings: SettingsDep,
    language: LanguageDep,
    login: Annotated[str, Form(min_length=1, max_length=1000)],
    password: Annotated[str, Form(min_length=1, max_length=1000)],
    csrf: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=4000)] = "/",
    form_cookie: FormCookie = None,
) -> Response:
    """Sign in and redirect to `next`; programs send a token instead."""
    next_path = login_actions.local_path(next)
    hours = settings.sign_in_hours
    try:
        auth.require_csrf(form_cookie, csrf)
        sessions = request.app.state.sessions[RequestClass.OBJECT]
        secret = login_actions.sign_in(sessions, request, login, password, hours)
    except (CsrfMissing, NotSignedIn, TooManyAttempts) as error:
        secret = form_cookie or login_sessions.new_secret()
        response = _rejected(
            LoginState(login_sessions.csrf_token(secret), next_path, login), error, language
        )
        _give_form_cookie(request, response, secret, hours)
        return response
    redirect = RedirectResponse(next_path, status_code=303)
    auth.set_private_cookie(request, redirect, auth.SESSION_COOKIE, secret, hours=hours)
    return redirect


@router.post(
    "/login/password",
    response_class=HTMLResponse,
    responses={401: _FORM, 422: _FORM, 429: _FORM},
)
@raises(WeakPassword, NotSignedIn, TooManyAttempts)
def change_password(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    language: LanguageDep,
    caller: Viewer,
    csrf_token: CsrfToken,
    old: Annotated[str, Form(min_length=1, max_length=1000)],
    new: Annotated[
        str,
        Form(
            min_length=1,
            max_length=1000,
            json_schema_extra={"minLength": MIN_LENGTH, "maxLength": MAX_LENGTH},
        ),
    ],
    csrf: CsrfField = "",  # noqa: ARG001  # a dependency reads it
) -> Response:
    """Change the caller's password, which ends all other sessions and revokes all tokens."""
    sessions = request.app.state.sessions[RequestClass.OBJECT]
    hours, login = settings.sign_in_hours, caller.login
    state = LoginState(csrf_token or "", signed_in_as=login)
    session.commit()  # else the use of a token, recorded in it, would lock that token
    try:
        secret = login_actions.change_password(sessions, request, login, old, new, hours)
    except (WeakPassword, NotSignedIn, TooManyAttempts) as error:
        return _rejected(state, error, language)
    changed = dataclasses.replace(
        state, csrf_token=login_sessions.csrf_token(secret), is_password_changed=True
    )
    response = _html(changed, language)
    auth.set_private_cookie(request, response, auth.SESSION_COOKIE, secret, hours=hours)
    return response


@router.post("/logout", response_class=RedirectResponse, status_code=303)
def log_out(
    request: Request,
    session: SessionDep,
    caller: Caller,
    cookie: auth.Cookie,
    csrf: CsrfField = "",  # noqa: ARG001  # a dependency reads it
    next: Annotated[str, Form(max_length=4000)] = "/login",
) -> RedirectResponse:
    """Sign out and redirect to `next`; requires the CSRF token in the form or a header."""
    login_actions.sign_out(session, request, caller, cookie)
    response = RedirectResponse(login_actions.local_path(next), status_code=303)
    response.delete_cookie(auth.SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _html(
    state: LoginState, language: Language, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    return HTMLResponse(
        render_login_page(state, language).html,
        status,
        headers=csp_headers() | {"Cache-Control": "no-store"} | (headers or {}),
    )


def _rejected(state: LoginState, error: GridwardError, language: Language) -> HTMLResponse:
    """Return the form with the error."""
    wait_s = error.retry_after_s if isinstance(error, TooManyAttempts) else 0
    failed = dataclasses.replace(state, error_code=error.code, wait_minutes=math.ceil(wait_s / 60))
    return _html(failed, language, status_for(error), headers_for(error))


def _give_form_cookie(request: Request, response: Response, secret: str, hours: int) -> None:
    auth.set_private_cookie(
        request, response, login_actions.FORM_COOKIE, secret, hours=hours, path="/login"
    )
