"""Texts on the command line have the same limits as over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from api.cli import app
from tests.api.cli.test_accounts import city as city
from tests.command import run

HOSTILE = {
    "empty": "",
    "blank": "  ",
    "nul": "a\0b",
    "control": "a\x1bb",
    "lines": "a\r\nb",
    "separator": "a\u2028b",
    "surrogate": "a\udcffb",
    "long": "x" * 100_000,
}
COMMANDS = {
    "login": ("account", "add", "{}", "--role", "viewer"),
    "name": ("account", "add", "li", "--role", "viewer", "--name", "{}"),
    "reach": ("account", "add", "li", "--role", "viewer", "--reach", "{}"),
    "account": ("account", "disable", "{}"),
    "owner": ("token", "list", "{}"),
    "token": ("token", "add", "chen", "--name", "{}"),
    "title": ("plan", "new", "{}"),
    "author": ("plan", "list", "--author", "{}"),
    "area": ("plan", "limits", "{}", "--buildings", "1:2"),
    "revert": ("revert", "1", "--title", "{}"),
    "figures": ("coverage", "--area", "{}"),
}
FILE_OPTIONS = {
    *("layer", "crs", "encoding", "columns", "on_error", "areas_from_codes"),
    *("lon", "lat", "buildings", "households", "where"),
}
"""Options about files, which their readers check; coordinates; and ranges of numbers."""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_command_accepts_a_hostile_text(city, command, text):
    result = run(city, *(word.replace("{}", text) for word in command))
    is_unknown = text == "  " and result.returncode in (3, 4)  # a code of spaces does not exist
    assert result.returncode == 2 or is_unknown, (result.stdout, result.stderr[-500:])
    assert "Traceback" not in result.stderr
    assert len(result.stderr) < 5000


def _text_parameters(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the full name of each text of each command, and its declaration."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from _text_parameters(command, f"{path}{name} ")
        else:
            for each in command.params:
                if each.type.name == "str":
                    yield f"{path}{name} {each.name}", each


def test_every_text_of_every_command_is_checked():
    texts = dict(_text_parameters(typer.main.get_command(app)))
    assert {"account add login", "token add name", "plan new title"} <= texts.keys()
    unchecked = {name for name, each in texts.items() if each.callback is None}
    assert {name for name in unchecked if name.split()[-1] not in FILE_OPTIONS} == set()
