"""Errors as RFC 9457 problem documents: the domain names the kind, this page gives it a status."""

import inspect
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from geo.accounts.login_attempts import TooManyAttempts
from geo.accounts.permissions import NotSignedIn
from geo.errors import Conflict, Forbidden, GridwardError, Invalid, NotFound, Unavailable

STATUS: dict[type[GridwardError], int] = {
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    Forbidden: 403,
    Unavailable: 503,
}

BESIDE = {
    "method_not_allowed": (405, "The address exists, but not for this method."),
    "internal_error": (500, "Something broke on our side; nothing was changed."),
}
"""Codes of refusals that no part of the domain has a word for."""


class TooLarge(Invalid):
    """The request asks for more than a setting allows at once."""

    code = "too_large"


class NotAcceptable(Invalid):
    """No format that the caller accepts can be had here."""

    code = "not_acceptable"


class UnsupportedMedia(Invalid):
    """The body is in a format that this route does not read."""

    code = "unsupported_media"


STATUS |= {
    TooLarge: 413,
    NotAcceptable: 406,
    UnsupportedMedia: 415,
    NotSignedIn: 401,
    TooManyAttempts: 429,
}


class Fault(BaseModel):
    """One thing wrong with the input, and where."""

    where: str = Field(examples=["query.lon"])
    what: str = Field(examples=["Input should be less than or equal to 180"])


class Problem(BaseModel):
    """An RFC 9457 problem document; `code` is stable and may be compared."""

    type: str = Field(examples=["/docs/errors#grid_unknown"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["grid_unknown"])
    detail: str = Field(examples=["There is no grid '230403001002999'."])
    hint: str | None = Field(None, examples=["GET /v1/grids lists the grids."])
    errors: list[Fault] | None = None


def _told(*statuses: tuple[int, str]) -> dict[int | str, dict[str, Any]]:
    return {
        status: {"model": Problem, "content": {"application/problem+json": {}}, "description": said}
        for status, said in statuses
    }


PROBLEMS = _told(
    (404, "There is no such thing, or no longer."),
    (422, "The input is wrong; `errors` says where."),
    (503, "The database does not answer; try again later."),
)
"""What any route may answer."""
REFUSALS = _told(
    (401, "This needs an account: sign in, or send a token."),
    (403, "The account may not do this, or not there."),
)
"""What routes that need an account may answer beside."""
CONFLICTS = _told((409, "The state of things does not allow it now."))
TOO_OFTEN = _told((429, "Signing in failed too often; `Retry-After` says when to try again."))


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    hint: str | None = None,
    errors: Sequence[Fault] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document as a response."""
    document = Problem(
        type=f"/docs/errors#{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        hint=hint,
        errors=None if errors is None else list(errors),
    )
    return JSONResponse(
        document.model_dump(exclude_none=True),
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


def status_of(error: GridwardError) -> int:
    """Return the status of the nearest kind that has one."""
    return _status_of(type(error))


def headers_of(error: GridwardError) -> dict[str, str]:
    """Return the headers that the status of an error asks for."""
    match error:
        case NotSignedIn():
            return {"WWW-Authenticate": 'Bearer realm="gridward"'}
        case TooManyAttempts():
            return {"Retry-After": str(error.retry_after_s)}
        case _:
            return {}


def _status_of(kind: type[GridwardError]) -> int:
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), 500)


def catalogue() -> dict[str, tuple[int, str]]:
    """Return every public code with its status and meaning, of the modules imported so far."""
    found = dict(BESIDE)
    waiting: list[type[GridwardError]] = [GridwardError]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found |= {kind.code: (_status_of(kind), inspect.getdoc(kind) or "") for kind in kinds}
    return dict(sorted(found.items()))


def problem_of(error: GridwardError) -> JSONResponse:
    """Return what the domain refused as a problem document."""
    headers = headers_of(error)
    return problem(status_of(error), error.code, error.message, hint=error.hint, headers=headers)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GridwardError)
    return problem_of(error)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [
        Fault(where=".".join(map(str, fault["loc"])), what=fault["msg"]) for fault in error.errors()
    ]
    detail = "; ".join(f"{fault.where}: {fault.what}" for fault in faults[:3])
    return problem(422, Invalid.code, detail, errors=faults)


async def _plain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, code, str(error.detail), headers=headers)


async def _unreachable(_: Request, _error: Exception) -> JSONResponse:
    return problem(
        503, Unavailable.code, "The database does not answer.", hint="Try again in a moment."
    )


async def _broken(_: Request, _error: Exception) -> JSONResponse:
    return problem(
        500, "internal_error", "Something broke on our side; nothing was changed and it is logged."
    )


def install(app: FastAPI) -> None:
    """Let every error of the app leave as a problem document."""
    app.add_exception_handler(GridwardError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _plain)
    for unreachable in (OperationalError, psycopg.OperationalError):
        app.add_exception_handler(unreachable, _unreachable)
    app.add_exception_handler(Exception, _broken)
