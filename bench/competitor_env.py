"""The virtual environment of the competitors, separate from ours, and scripts that run in it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
COMPETITORS = Path(__file__).parent / "competitors"
REQUIREMENTS = COMPETITORS / "requirements.txt"
ENVIRONMENT = ROOT / "build" / "competitors"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def program(name: str) -> Path:
    """Return the path of a program in the competitors' environment; create or update it first."""
    _install()
    return ENVIRONMENT / "bin" / name


def run(script: str, *args: object) -> Any:
    """Run a script of `competitors/` in their environment on one core, and return its JSON."""
    return _run(program("python"), script, *args)


def run_ours(script: str, *args: object) -> Any:
    """Run a script of `competitors/` in our environment on one core, and return its JSON."""
    return _run(Path(sys.executable), script, *args)


def _run(python: Path, script: str, *args: object) -> Any:
    command = [str(python), str(COMPETITORS / f"{script}.py"), *map(str, args)]
    process = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)},
        preexec_fn=_use_one_core,
    )
    return json.loads(process.stdout.splitlines()[-1])


def _use_one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _install() -> None:
    installed = ENVIRONMENT / "installed-requirements.txt"
    if installed.exists() and installed.read_text() == REQUIREMENTS.read_text():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True)
    installed.write_text(REQUIREMENTS.read_text())
