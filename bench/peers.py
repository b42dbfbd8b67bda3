"""The peers that benchmarks compare with: a virtual environment of their own, outside ours."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PINS = Path(__file__).parent / "peers.txt"
HOME = ROOT / "build" / "peers"
CONTENDERS = Path(__file__).parent / "contenders"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def program(name: str) -> Path:
    """Return a program of the peers' environment, which is made or brought up to date first."""
    _install()
    return HOME / "bin" / name


def run(contender: str, *words: object) -> Any:
    """Run a script of `contenders/` among the peers, held to one core; return its JSON."""
    return _run(program("python"), contender, *words)


def run_ours(contender: str, *words: object) -> Any:
    """Run a script of `contenders/` in our own environment, held to one core; return its JSON."""
    return _run(Path(sys.executable), contender, *words)


def _run(python: Path, contender: str, *words: object) -> Any:
    command = [str(python), str(CONTENDERS / f"{contender}.py"), *map(str, words)]
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)},
        preexec_fn=_one_core,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _install() -> None:
    stamp = HOME / "ready"
    if stamp.exists() and stamp.read_text() == PINS.read_text():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(HOME)], check=True)
    pip = [str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    subprocess.run([*pip, "--requirement", str(PINS)], check=True)
    stamp.write_text(PINS.read_text())
