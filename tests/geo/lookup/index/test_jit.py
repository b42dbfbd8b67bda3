import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from geo.lookup.index import jit

ROOT = Path(jit.__file__).parents[3]
CALL_SIDE_OF_LINE = """
from geo.lookup.index.orientation import side_of_line
print(side_of_line(0.0, 0.0, 1.0, 1.0, 0.0, 1.0))
"""


def test_functions_compile_where_no_cache_folder_is_writable():
    no_cache_folder = "import numba.core.caching as c; c.CacheImpl._locator_classes = []"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", no_cache_folder + CALL_SIDE_OF_LINE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"


def test_two_processes_can_compile_at_once(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", CALL_SIDE_OF_LINE],
            cwd=ROOT,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    assert [process.communicate()[0] for process in processes] == [b"1\n", b"1\n"]
    assert list(tmp_path.rglob("*.nbi"))


def test_a_compiled_function_returns_what_its_python_code_returns():
    @jit.jit
    def total(numbers: np.ndarray) -> float:
        result = 0.0
        for number in numbers:
            result += number
        return result

    numbers = np.arange(10.0)
    assert total(numbers) == total.py_func(numbers) == 45.0
