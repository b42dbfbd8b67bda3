"""Error messages and exit codes of commands."""

from dataclasses import dataclass

from geo.errors import GridwardError, NotFound, Unavailable

REFUSED, NOT_FOUND, UNREACHABLE, INTERRUPTED, TERMINATED = 3, 4, 5, 130, 143


@dataclass(frozen=True)
class ErrorExit:
    """The message for stderr and the exit code of an error."""

    message: str
    code: int


def classify_error(error: BaseException) -> ErrorExit | None:
    """Return message and exit code of an error; None if it is a bug, which needs a traceback."""
    if isinstance(error, GridwardError):
        return ErrorExit(str(error), exit_code(error))
    if isinstance(error, KeyboardInterrupt):
        return ErrorExit("Stopped; nothing was changed.", INTERRUPTED)
    if isinstance(error, OSError):
        path = f"{error.filename}: " if error.filename else ""
        return ErrorExit(f"{path}{error.strerror or error}; nothing was changed.", REFUSED)
    return _classify_database_error(error)


def exit_code(error: GridwardError) -> int:
    """Return the exit code: 4 if something is not found, 5 without a database, otherwise 3."""
    match error:
        case NotFound():
            return NOT_FOUND
        case Unavailable():
            return UNREACHABLE
        case _:
            return REFUSED


def _classify_database_error(error: BaseException) -> ErrorExit | None:
    import psycopg  # slow to import, and only needed here

    cause = getattr(error, "orig", error)
    match cause:
        case psycopg.errors.InsufficientPrivilege():
            return ErrorExit(
                f"The database role may not do this; nothing was changed: {cause}".strip()
                + "\nUse the role that owns the tables; gridward_service is only for serve.",
                REFUSED,
            )
        case psycopg.OperationalError():
            return ErrorExit(
                f"The database does not respond; nothing was changed: {cause}".strip(), UNREACHABLE
            )
        case psycopg.IntegrityError() | psycopg.DataError():
            return ErrorExit(
                f"The database rejects the data; nothing was changed: {cause}".strip(), REFUSED
            )
        case _:
            return None
