"""The command line: `gridward`, one file per family of commands."""

import sys

import sqlalchemy.exc
import typer

from api.cli import database, demo, exports, imports, lookup, maps, questions, serve
from api.cli.output import say
from geo.errors import GridwardError, NotFound, Unavailable

app = typer.Typer(
    help="Buildings without property management, and the micro-grid of every place.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(database.app, name="db")
for family in (demo, imports, exports, questions, lookup, maps, serve):
    family.register(app)

REFUSED, NOT_FOUND, UNREACHABLE, INTERRUPTED = 3, 4, 5, 130


def main() -> None:
    """Run a command; what goes wrong leaves as a message on stderr and an exit code."""
    try:
        app()
    except GridwardError as error:
        say(str(error))
        sys.exit(exit_code(error))
    except sqlalchemy.exc.OperationalError as error:
        say(f"The database does not answer: {error.orig}".strip())
        sys.exit(UNREACHABLE)
    except sqlalchemy.exc.IntegrityError as error:
        say(f"The database refuses it, and nothing was changed: {error.orig}".strip())
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        say("Stopped; nothing was changed.")
        sys.exit(INTERRUPTED)


def exit_code(error: GridwardError) -> int:
    """Return the exit code of an error: 4 not found, 5 no database, else 3, refused."""
    match error:
        case NotFound():
            return NOT_FOUND
        case Unavailable():
            return UNREACHABLE
        case _:
            return REFUSED
