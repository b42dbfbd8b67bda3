"""HTTP errors as RFC 9457 problem documents; STATUS gives each class of error its status."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.http.allow import allow_header
from api.printable import input_errors, printable
from api.schemas.problems import InputErrorOut, ProblemOut
from geo.accounts.login_attempts import TooManyAttempts
from geo.accounts.permissions import NotSignedIn
from geo.errors import Conflict, Forbidden, GridwardError, Invalid, NotFound, Unavailable
from geo.plans.drafts import PlanChanged


class TooLarge(Invalid):
    """The request is larger than a setting allows."""

    code = "too_large"


class RateLimited(Forbidden):
    """This address or account has sent too many requests of one class."""

    code = "rate_limited"

    def __init__(self, name: str, retry_after_s: int) -> None:
        super().__init__(
            f"Too many requests of the class {name}.",
            hint=f"Try again in {retry_after_s} s; the header RateLimit-Policy states the limit.",
        )
        self.retry_after_s = retry_after_s


class NotAcceptable(Invalid):
    """The service has no format that the `Accept` header allows."""

    code = "not_acceptable"


class UnsupportedMedia(Invalid):
    """This route does not read bodies of this media type."""

    code = "unsupported_media"


class Overloaded(Unavailable):
    """Too many requests of the same class are running and waiting."""

    code = "overloaded"

    @classmethod
    def of_class(cls, request_class: str) -> "Overloaded":
        """Return the error of a class of requests that has no room for another."""
        return cls(
            f"Too many requests of the class {request_class} are waiting; this one did not run.",
            hint="Repeat it after the seconds in Retry-After, and send fewer at once.",
        )


class Locked(Unavailable):
    """Another transaction locks what the request needs."""

    code = "locked"


class DiskFull(Unavailable):
    """The disk of the database has no space left."""

    code = "disk_full"


class StatementTimeout(GridwardError):
    """A query took longer than its class of requests may."""

    code = "statement_timeout"


class VersionMissing(Conflict):
    """A change requires an `If-Match` header with the version that it is based on."""

    code = "version_missing"


PROBLEM = "application/problem+json"
RETRY_AFTER_S = 2
"""When to repeat a request after a 503."""

STATUS: Mapping[type[GridwardError], int] = MappingProxyType(
    {
        NotSignedIn: 401,
        Forbidden: 403,
        NotFound: 404,
        NotAcceptable: 406,
        Conflict: 409,
        PlanChanged: 412,
        TooLarge: 413,
        UnsupportedMedia: 415,
        Invalid: 422,
        VersionMissing: 428,
        TooManyAttempts: 429,
        RateLimited: 429,
        Unavailable: 503,
        StatementTimeout: 504,
    }
)
"""The status of each class of error; a subclass without one has that of its nearest base."""

HTTP_ERRORS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "method_not_allowed": (405, "The path exists, but does not support this method."),
        "range_not_satisfiable": (416, "The requested range begins after the end of the response."),
        "internal_error": (500, "The service failed; nothing was changed."),
    }
)
"""Status and meaning of codes that belong to no class of error."""


Function = TypeVar("Function", bound=Callable[..., Any])


def raises(*error_classes: type[GridwardError]) -> Callable[[Function], Function]:
    """Declare what a route or a dependency of routes raises; the OpenAPI document lists it."""

    def mark(function: Function) -> Function:
        function.__dict__["raises"] = error_classes
        return function

    return mark


def raised_by(function: Callable[..., Any]) -> tuple[type[GridwardError], ...]:
    """Return the classes of errors that a function is declared to raise."""
    error_classes: tuple[type[GridwardError], ...] = getattr(function, "raises", ())
    return error_classes


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    hint: str | None = None,
    errors: Sequence[InputErrorOut] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document as a response."""
    if status == 503:
        headers = {"Retry-After": str(RETRY_AFTER_S)} | (headers or {})
    document = ProblemOut(
        type=f"/docs/errors#{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=printable(detail),
        hint=None if hint is None else printable(hint),
        errors=None if errors is None else list(errors),
    )
    return JSONResponse(
        document.model_dump(exclude_none=True),
        status_code=status,
        media_type=PROBLEM,
        headers=headers,
    )


def problem_for(error: GridwardError) -> JSONResponse:
    """Return an error of the domain as a problem document."""
    return problem_response(
        status_for(error), error.code, error.message, hint=error.hint, headers=headers_for(error)
    )


def status_for(error: GridwardError) -> int:
    """Return the status of an error."""
    return status_of_class(type(error))


def headers_for(error: GridwardError) -> dict[str, str]:
    """Return the headers that RFC 9110 requires or recommends with the status of an error."""
    match error:
        case NotSignedIn():
            return {"WWW-Authenticate": 'Bearer realm="gridward"'}
        case TooManyAttempts() | RateLimited():
            return {"Retry-After": str(error.retry_after_s)}
        case _:
            return {}


def status_of_class(error_class: type[GridwardError]) -> int:
    """Return the status of a class of errors."""
    return next((STATUS[base] for base in error_class.__mro__ if base in STATUS), 500)


def error_catalogue() -> dict[str, tuple[int, str]]:
    """Return the status and meaning of every public code, of the modules imported so far."""
    catalogue = dict(HTTP_ERRORS)
    pending: list[type[GridwardError]] = [GridwardError]
    while pending:
        subclasses = pending.pop().__subclasses__()
        pending += subclasses
        catalogue |= {
            each.code: (status_of_class(each), inspect.getdoc(each) or "") for each in subclasses
        }
    return dict(sorted(catalogue.items()))


def install_error_handlers(app: FastAPI) -> None:
    """Make the application answer every error with a problem document."""
    app.add_exception_handler(GridwardError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, on_internal_error)


async def _on_domain_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GridwardError)
    return problem_for(error)


async def _on_validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        InputErrorOut(location=printable(location), message=printable(message))
        for location, message in input_errors(error.errors())
    ]
    detail = "; ".join(f"{each.location}: {each.message}" for each in errors[:3])
    return problem_response(422, Invalid.code, detail, errors=errors)


_SLASH_HINT = "No path here ends with a slash: remove it."


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # from a body that Starlette or FastAPI cannot parse
        return problem_response(422, Invalid.code, f"The body is invalid: {error.detail}.")
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = allow_header(request)
    has_slash = error.status_code == 404 and len(request.url.path) > 1
    hint = _SLASH_HINT if has_slash and request.url.path.endswith("/") else None
    return problem_response(
        error.status_code, code, str(error.detail), hint=hint, headers=headers or None
    )


async def on_internal_error(_: Request, _error: Exception) -> JSONResponse:
    """Return the response to a request that failed for no reason of the client's."""
    return problem_response(
        500, "internal_error", "The service failed and logged the error; nothing was changed."
    )
