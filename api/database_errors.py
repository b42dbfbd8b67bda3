"""Errors of statements and connections of the database as problem documents."""

import logging

import psycopg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.error_description import describe
from api.errors import DiskFull, Locked, Overloaded, StatementTimeout, problem_for
from geo import db
from geo.errors import GridwardError, Unavailable

log = logging.getLogger(__name__)

_NOT_AS_MIGRATED = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.UndefinedObject,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.InsufficientPrivilege,
)
"""Errors of statements while a dump is being restored."""


def install_database_error_handlers(app: FastAPI) -> None:
    """Make the application answer an error of the database with a problem document."""
    for error_class in (DBAPIError, psycopg.Error, PoolTimeout):
        app.add_exception_handler(error_class, _on_database_error)


async def _on_database_error(_: Request, error: Exception) -> JSONResponse:
    original = getattr(error, "orig", error)
    problem = _database_problem(original)
    # The other problems say what happened; a lost connection is no error of a statement.
    if type(problem) in (Unavailable, DiskFull) and getattr(original, "sqlstate", None):
        log.error("A statement failed.\n%s", describe(error))
    return problem_for(problem)


def _database_problem(error: Exception) -> GridwardError:
    """Return the error of a statement, a connection or the connection pool; raise bugs again."""
    match error:
        case psycopg.errors.LockNotAvailable():
            return Locked(
                "Another transaction, such as an import, locks what this request needs.",
                hint="Try again in a moment.",
            )
        case psycopg.errors.QueryCanceled():
            return StatementTimeout(
                "The query took longer than the service allows; nothing was changed.",
                hint="Request less at once: an area, a bbox, or a smaller page.",
            )
        case PoolTimeout():
            return Overloaded.of_class("database")
        case psycopg.errors.DeadlockDetected():
            return Locked(
                "Another transaction and this request wait for each other; nothing was changed.",
                hint="Try again in a moment.",
            )
        case psycopg.errors.DiskFull():
            return DiskFull("The disk of the database is full; nothing was changed.")
        case psycopg.OperationalError():
            return Unavailable("The database does not respond.", hint="Try again in a moment.")
    if isinstance(error, _NOT_AS_MIGRATED) or db.has_stale_cache(error):
        return Unavailable(
            "The database is being restored, or its tables or privileges are not those of this "
            "version.",
            hint="Try again in a moment; if it stays so, run `gridward db migrate`.",
        )
    raise error
