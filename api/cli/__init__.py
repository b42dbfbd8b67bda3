"""The command line: `gridward`, one file per family of commands."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from api.cli.exit_codes import TERMINATED, failure
from api.cli.output import say

FAMILIES = {
    "demo": "demo",
    "serve": "serve",
    "coverage": "reports",
    "uncovered": "reports",
    "lookup": "lookup",
    "map": "maps",
    "check": "reports",
    "import": "imports",
    "export": "exports",
    "revisions": "revisions",
    "revert": "revisions",
    "plan": "plans",
    "account": "accounts",
    "token": "accounts",
    "db": "database",
}
"""The commands in the order of `--help`, and the file of each."""


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
        with _for_good():
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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that drafts are removed
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # what it warns of fails here anyway
    try:
        app()
    except BrokenPipeError:
        _let_go_of_stdout()
    except BaseException as error:
        told = failure(error)
        if told is None:
            raise
        say(told.message)
        sys.exit(told.exit_code)
    finally:
        _finish()


@contextmanager
def _for_good() -> Iterator[None]:
    """Spare the collector what is imported meanwhile: it lives as long as the process.

    Looking through it at the start and once more at the end took a third of a short command's time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _finish() -> None:
    """Send out what is still held, while somebody reads it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_stdout()


def _let_go_of_stdout() -> None:
    """Forget what a reader who has left, such as `head`, no longer wants."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
