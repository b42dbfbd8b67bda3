"""A command imports only the libraries that it needs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LIBRARIES = {"fastapi", "folium", "geopandas", "numba", "pandas", "pyarrow", "uvicorn"}
LIST_IMPORTS = """
import json, sys
from api import cli
sys.argv = ["gridward", *json.loads(sys.argv[1])]
try:
    cli.main()
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def imported_by(*words: str) -> set[str]:
    """The libraries, out of LIBRARIES, that a command imports."""
    process = subprocess.run(
        [sys.executable, "-c", LIST_IMPORTS, json.dumps(words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return LIBRARIES & set(json.loads(process.stdout.splitlines()[-1]))


@pytest.mark.parametrize("words", [("db", "--help"), ("account", "--help")])
def test_a_command_imports_only_its_own_libraries(words):
    assert imported_by(*words) == set()


def test_a_command_that_needs_a_library_imports_it():
    assert "pandas" in imported_by("lookup", "--help")
