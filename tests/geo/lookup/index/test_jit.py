import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from geo.lookup.index import jit

ROOT = Path(jit.__file__).parents[3]
ASK = """
from geo.lookup.index.predicates import side
print(side(0.0, 0.0, 1.0, 1.0, 0.0, 1.0))
"""


def test_loops_run_where_nothing_can_be_written():
    nowhere_to_write = "import numba.core.caching as c; c.CacheImpl._locator_classes = []"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", nowhere_to_write + ASK],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"


def test_two_processes_may_compile_at_once(tmp_path):
    asked = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", ASK],
            cwd=ROOT,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    assert [process.communicate()[0] for process in asked] == [b"1\n", b"1\n"]
    assert list(tmp_path.rglob("*.nbi"))


def test_a_loop_gives_what_its_python_gives():
    @jit.kernel
    def total(numbers: np.ndarray) -> float:
        result = 0.0
        for number in numbers:
            result += number
        return result

    numbers = np.arange(10.0)
    assert total(numbers) == total.py_func(numbers) == 45.0
