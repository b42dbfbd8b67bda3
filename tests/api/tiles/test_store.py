"""The shelf of drawn tiles: bounded, shared, and never a reason to fail."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.tiles.store import Shelf

BODY = os.urandom(50_000)
FILLING = """
import sys
from pathlib import Path
from api.tiles.store import Shelf
shelf = Shelf(Path(sys.argv[1]), 4)
for n in range(40):
    shelf.put(f"{sys.argv[2]}-{n}", sys.argv[2].encode() * 1000)
"""


def test_what_was_put_is_taken_by_another_shelf_on_the_same_folder(tmp_path: Path):
    Shelf(tmp_path, 1).put("a", b"body")
    assert Shelf(tmp_path, 1).take("a") == b"body"
    assert Shelf(tmp_path, 1).take("b") is None


def test_the_oldest_makes_room_and_the_file_stays_within_its_bound(tmp_path: Path):
    shelf = Shelf(tmp_path, 1)
    for number in range(100):
        shelf.put(str(number), BODY)
    assert shelf.take("99") == BODY
    assert shelf.take("0") is None
    assert (tmp_path / "tiles.sqlite").stat().st_size <= 1 << 20


def test_a_body_that_is_larger_than_the_shelf_is_left_out(tmp_path: Path):
    shelf = Shelf(tmp_path, 1)
    shelf.put("large", bytes(2 << 20))
    assert shelf.take("large") is None


def test_a_shelf_of_no_size_keeps_nothing_and_makes_no_file(tmp_path: Path):
    shelf = Shelf(tmp_path / "none", 0)
    shelf.put("a", b"body")
    assert shelf.take("a") is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("spoilt", ["file in the way", "not a database"])
def test_a_shelf_that_cannot_be_is_passed_over(tmp_path: Path, spoilt: str):
    folder = tmp_path / "tiles"
    if spoilt == "not a database":
        folder.mkdir()
        (folder / "tiles.sqlite").write_bytes(b"nonsense" * 1000)
    else:
        folder.write_text("a file")
    shelf = Shelf(folder, 1)
    shelf.put("a", b"body")
    assert shelf.take("a") is None


def test_workers_that_write_together_never_take_a_wrong_body(tmp_path: Path):
    def fill(name: str) -> int:
        command = [sys.executable, "-c", FILLING, str(tmp_path), name]
        return subprocess.run(command, check=False).returncode

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(fill, "abc")) == [0, 0, 0]
    shelf = Shelf(tmp_path, 4)
    bodies = {name: [shelf.take(f"{name}-{n}") for n in range(40)] for name in "abc"}
    for name, kept in bodies.items():
        assert {body for body in kept if body is not None} == {name.encode() * 1000}
