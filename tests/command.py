"""`gridward` for tests that run it by the dozen.

Importing what its commands need takes ten times as long as most of them run. So `run` has one
process import it all and fork: each command is a process with streams, an environment and an exit
code of its own. What a signal, a terminal, a limit of the system or the entry point itself does
is tested with the installed program, `GRIDWARD`.
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
    """The environment in which a command speaks English and works on a database."""
    return os.environ | {
        "GRIDWARD_DATABASE_URL": url,
        "GRIDWARD_LANGUAGE": "en",
        "COLUMNS": "120",
    }


def run(
    url: str, *words: object, typed: str = "", **more: object
) -> subprocess.CompletedProcess[str]:
    """Run a command on a database; `more` is set in its environment, `typed` is its input."""
    environment = environment_of(url) | {name: str(value) for name, value in more.items()}
    told = [str(word) for word in words]
    with tempfile.TemporaryDirectory() as folder:
        stdin, stdout, stderr = (Path(folder) / name for name in ("in", "out", "err"))
        stdin.write_text(typed)
        asked = {"words": told, "environment": environment, "folder": str(Path.cwd())}
        asked["streams"] = [str(stdin), str(stdout), str(stderr)]
        forking = _forking()
        forking.stdin.write(json.dumps(asked) + "\n")
        forking.stdin.flush()
        code = int(forking.stdout.readline())
        return subprocess.CompletedProcess(
            ["gridward", *told], code, stdout.read_text(), stderr.read_text()
        )


@cache
def _forking() -> "subprocess.Popen[str]":
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.command"],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "120"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(started.communicate)  # closes its input, which ends it
    return started


def _serve() -> None:
    """Answer each command on stdin, a line of JSON, with a line that has its exit code."""
    import gc
    from importlib import import_module

    from api import cli

    for family in sorted(set(cli.COMMAND_MODULES.values())):
        import_module(f"api.cli.{family}")
    gc.freeze()  # or each child would copy it all to look through it once more
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(**json.loads(line))
            sys.exit(cli.main())
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(words: list[str], environment: dict[str, str], folder: str, streams: list[str]) -> None:
    """Take on what a process of its own would have been started with."""
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - a number, open to the end
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["gridward", *words]


if __name__ == "__main__":
    _serve()
