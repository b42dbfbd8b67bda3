"""The tile store: bounded, shared by workers, and errors count as misses."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.tiles.store import SqliteTileStore

BODY = os.urandom(50_000)
FILL = """
import sys
from pathlib import Path
from geo.tiles.store import SqliteTileStore
store = SqliteTileStore(Path(sys.argv[1]), 4)
for n in range(40):
    store.put(f"{sys.argv[2]}-{n}", sys.argv[2].encode() * 1000)
"""


def test_stores_of_the_same_folder_share_their_tiles(tmp_path: Path):
    SqliteTileStore(tmp_path, 1).put("a", b"body")
    assert SqliteTileStore(tmp_path, 1).get("a") == b"body"
    assert SqliteTileStore(tmp_path, 1).get("b") is None


def test_the_oldest_tiles_are_evicted_and_the_file_stays_within_its_limit(tmp_path: Path):
    store = SqliteTileStore(tmp_path, 1)
    for number in range(100):
        store.put(str(number), BODY)
    assert store.get("99") == BODY
    assert store.get("0") is None
    assert (tmp_path / "tiles.sqlite").stat().st_size <= 1 << 20


def test_a_tile_larger_than_the_store_is_not_stored(tmp_path: Path):
    store = SqliteTileStore(tmp_path, 1)
    store.put("large", bytes(2 << 20))
    assert store.get("large") is None


def test_a_store_without_space_stores_nothing_and_creates_no_file(tmp_path: Path):
    store = SqliteTileStore(tmp_path / "none", 0)
    store.put("a", b"body")
    assert not store.is_enabled
    assert store.get("a") is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("problem", ["a file in place of the folder", "not a database"])
def test_a_store_that_cannot_be_opened_misses(tmp_path: Path, problem: str):
    folder = tmp_path / "tiles"
    if problem == "not a database":
        folder.mkdir()
        (folder / "tiles.sqlite").write_bytes(b"nonsense" * 1000)
    else:
        folder.write_text("a file")
    store = SqliteTileStore(folder, 1)
    store.put("a", b"body")
    assert store.get("a") is None


def test_concurrent_writers_never_mix_up_tiles(tmp_path: Path):
    def fill(name: str) -> int:
        command = [sys.executable, "-c", FILL, str(tmp_path), name]
        return subprocess.run(command, check=False).returncode

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(fill, "abc")) == [0, 0, 0]
    store = SqliteTileStore(tmp_path, 4)
    for name in "abc":
        bodies = [store.get(f"{name}-{n}") for n in range(40)]
        assert {body for body in bodies if body is not None} == {name.encode() * 1000}
