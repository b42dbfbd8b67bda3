"""The command line: `gridward`, one file per family of commands."""

import sys
from importlib import import_module
from typing import Any

import sqlalchemy.exc
import typer
from typer.core import TyperGroup
from typer.main import get_group

from api.cli.output import say
from geo.errors import GridwardError, NotFound, Unavailable

FAMILIES = {
    "demo": "demo",
    "serve": "serve",
    "coverage": "questions",
    "uncovered": "questions",
    "lookup": "lookup",
    "map": "maps",
    "check": "questions",
    "import": "imports",
    "export": "exports",
    "db": "database",
}
"""The commands in the order of `--help`, and the file of each."""

REFUSED, NOT_FOUND, UNREACHABLE, INTERRUPTED = 3, 4, 5, 130


class Families(TyperGroup):
    """Imports the family of a command when it is asked for: most need only their own libraries."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the name is click's
        """Return the names of all commands."""
        return list(FAMILIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - likewise
        """Return the command of a name, None if there is none."""
        if cmd_name not in FAMILIES:
            return None
        family = typer.Typer()
        import_module(f"api.cli.{FAMILIES[cmd_name]}").register(family)
        return get_group(family).commands[cmd_name]


app = typer.Typer(
    cls=Families,
    help="Buildings without property management, and the micro-grid of every place.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def gridward() -> None:
    """Buildings without property management, and the micro-grid of every place."""


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
