"""Descriptions of errors for the log, without any value of a request or a row."""

import traceback
from collections.abc import Iterator

import psycopg
from sqlalchemy.exc import DBAPIError

MAX_FRAMES = 12
"""The most frames described of one exception, the innermost ones."""


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
