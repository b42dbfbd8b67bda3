"""What a command says, and how it exits, when something goes wrong."""

from dataclasses import dataclass

from geo.errors import GridwardError, NotFound, Unavailable

REFUSED, NOT_FOUND, UNREACHABLE, INTERRUPTED, TERMINATED = 3, 4, 5, 130, 143


@dataclass(frozen=True)
class Failure:
    """A sentence for stderr and an exit code."""

    message: str
    exit_code: int


def failure(error: BaseException) -> Failure | None:
    """Return what to make of an error; None where it is a fault of the program itself."""
    if isinstance(error, GridwardError):
        return Failure(str(error), exit_code(error))
    if isinstance(error, KeyboardInterrupt):
        return Failure("Stopped; nothing was changed.", INTERRUPTED)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return Failure(f"{where}{error.strerror or error}; nothing was changed.", REFUSED)
    return _of_the_database(error)


def exit_code(error: GridwardError) -> int:
    """Return the exit code of an error: 4 not found, 5 no database, else 3, refused."""
    match error:
        case NotFound():
            return NOT_FOUND
        case Unavailable():
            return UNREACHABLE
        case _:
            return REFUSED


def _of_the_database(error: BaseException) -> Failure | None:
    import psycopg  # here, because it takes its time and is seldom needed

    said = getattr(error, "orig", error)
    match said:
        case psycopg.OperationalError():
            return Failure(
                f"The database does not answer; nothing was changed: {said}".strip(), UNREACHABLE
            )
        case psycopg.IntegrityError() | psycopg.DataError():
            return Failure(
                f"The database refuses it, and nothing was changed: {said}".strip(), REFUSED
            )
        case _:
            return None
