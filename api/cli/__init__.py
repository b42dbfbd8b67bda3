"""The command line `gridward`: one module for each group of commands."""

import gc
import logging
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from api.cli.exit_codes import TERMINATED, classify_error
from api.cli.output import print_message

COMMAND_MODULES = {
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
"""The commands in the order of `--help`, and the module of each."""


_COORDINATES = re.compile(r"-(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*,")
"""The start of coordinates whose first number is negative, as in `-71.5,43.1`."""


class LazyGroup(TyperGroup):
    """Imports the module of a command only when the command is used, for a fast start."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; negative coordinates are values, not options."""
        # What begins with a hyphen is an option to the parser; numbers may begin with a space.
        values = [f" {each}" if _COORDINATES.match(each) else each for each in args]
        return super().parse_args(ctx, values)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the name is click's
        """Return the names of all commands."""
        return list(COMMAND_MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - likewise
        """Return the command with this name, None if there is none."""
        if cmd_name not in COMMAND_MODULES:
            return None
        group = typer.Typer()
        with _without_garbage_collection():
            import_module(f"api.cli.{COMMAND_MODULES[cmd_name]}").add_commands(group)
        return get_group(group).commands[cmd_name]


app = typer.Typer(
    cls=LazyGroup,
    help="Property coverage of buildings, and the micro-grid of every location.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def gridward() -> None:
    """Property coverage of buildings, and the micro-grid of every location."""


def main() -> None:
    """Run a command; report an error as a message on stderr and an exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # removes temporary files
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # its warnings precede an error here
    try:
        app()
    except BrokenPipeError:
        _discard_stdout()
    except BaseException as error:
        error_exit = classify_error(error)
        if error_exit is None:
            raise
        print_message(error_exit.message)
        sys.exit(error_exit.code)
    finally:
        _flush_stdout()


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Turn the garbage collector off during imports, and exempt the imported objects from it.

    They live as long as the process. Scanning them took a third of the time of a short command.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _flush_stdout() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_stdout()


def _discard_stdout() -> None:
    """Send further output to /dev/null: the reader, such as `head`, has closed the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
