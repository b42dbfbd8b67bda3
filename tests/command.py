"""Run `gridward` commands quickly in tests.

Importing the libraries of a command takes ten times as long as running it. So one server process
imports everything and forks for each command. Each command is a process with its own streams,
environment and exit code. Signals, terminals, resource limits and the entry point are tested with
the installed program, `GRIDWARD`.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

GRIDWARD = str(Path(sys.executable).parent / "gridward")
ROOT = Path(__file__).parent.parent


def environment_of(url: str) -> dict[str, str]:
    """Return an environment with a database URL and English output."""
    return os.environ | {
        "GRIDWARD_DATABASE_URL": url,
        "GRIDWARD_LANGUAGE": "en",
        "COLUMNS": "120",
        "GRIDWARD_RATE_LIMITS": "off",
    }


def run(
    url: str, *words: object, typed: str = "", **variables: object
) -> subprocess.CompletedProcess[str]:
    """Run a command on a database, with more environment variables and text on stdin."""
    environment = environment_of(url) | {name: str(value) for name, value in variables.items()}
    arguments = [str(word) for word in words]
    with tempfile.TemporaryDirectory() as folder:
        stdin, stdout, stderr = (Path(folder) / name for name in ("in", "out", "err"))
        stdin.write_text(typed)
        request = {"arguments": arguments, "environment": environment, "folder": str(Path.cwd())}
        request["streams"] = [str(stdin), str(stdout), str(stderr)]
        server = _fork_server()
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(
            ["gridward", *arguments], code, stdout.read_text(), stderr.read_text()
        )


@cache
def _fork_server() -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.command"],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "120"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)  # closes its stdin, so it exits
    return process


def _serve() -> None:
    """Run each command on stdin, a line of JSON, and print a line with its exit code."""
    import gc
    from importlib import import_module

    from api import cli

    for module in sorted(set(cli.COMMAND_MODULES.values())):
        import_module(f"api.cli.{module}")
    gc.freeze()  # keeps the garbage collector from copying these pages in each child
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _set_up_process(**json.loads(line))
            sys.exit(cli.main())
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _set_up_process(
    arguments: list[str], environment: dict[str, str], folder: str, streams: list[str]
) -> None:
    """Set streams, environment, folder and arguments, as for a new process."""
    for number, path in enumerate(streams):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - stays open
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["gridward", *arguments]


if __name__ == "__main__":
    _serve()
