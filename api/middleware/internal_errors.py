"""Answers requests that fail unexpectedly, and logs the error without any value of the data."""

import logging
import traceback
from collections.abc import Iterator

import psycopg
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import on_internal_error

log = logging.getLogger(__name__)

MAX_FRAMES = 12
"""The most frames logged of one exception, the innermost ones."""


class InternalErrors:
    """ASGI middleware: turns an unexpected exception into a 500.

    It runs inside the CORS middleware, so that pages of other sites can read the response too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_started = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:
            route = getattr(scope.get("route"), "path", "no route")
            log.error("%s %s failed.\n%s", scope["method"], route, describe(error))
            if has_started:  # the client must notice that the response is incomplete
                raise ConnectionAbortedError("The response was cut off.") from None
            response = await on_internal_error(Request(scope), error)
            await response(scope, receive, send)


def describe(error: BaseException) -> str:
    """Return the classes and source lines of an error and its causes, without their messages.

    Messages quote input and rows, among them names and phone numbers; statements of the database
    are in the source lines.
    """
    return "\nwhich led to:\n".join(map(_describe_one, reversed(list(_chain(error)))))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes; an error that was raised again can be its own cause."""
    visited: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in visited:
        visited.add(id(cause))
        yield cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _describe_one(error: BaseException) -> str:
    frames = "".join(traceback.format_tb(error.__traceback__)[-MAX_FRAMES:])
    return f"{frames}{type(error).__module__}.{type(error).__qualname__}{_database_details(error)}"


def _database_details(error: BaseException) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(original, psycopg.Error):
        return ""
    diagnosis = original.diag
    names = (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name)
    return f" (SQLSTATE {original.sqlstate}, {', '.join(filter(None, names)) or 'no names'})"
