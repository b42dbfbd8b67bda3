"""Errors around the command line: the database, the disk, closed pipes, unreadable files."""

import os
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.footprints import generate_footprints
from geo import db
from geo.postgres import embedded, migrations
from geo.settings import Settings
from tests import district as districts
from tests.command import GRIDWARD, environment_of
from tests.town_builder import box, write_file


@pytest.fixture(scope="module")
def city(databases, template) -> str:
    """The URL of a database with the district of tests/district.py."""
    url = databases.make(template)
    engine = db.connect(url)
    with Session(engine) as session:
        districts.insert_district(session)
    engine.dispose()
    return url


def start(url: str, *words: object, **more) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [GRIDWARD, *map(str, words)],
        # On a small disk Python would truncate the modules it compiles, and never start again.
        env=environment_of(url) | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def run(url: str, *words: object, **more) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    process = start(url, *words, **more)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return process.returncode, out, err


def query_scalar(url: str, statement: str) -> int:
    engine = db.connect(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        value = connection.execute(text(statement)).scalar_one()
    engine.dispose()
    return value


COPYING = (
    "SELECT coalesce(max(pid), 0) FROM pg_stat_progress_copy "
    "WHERE tuples_processed > 0 AND datname = current_database()"
)


def wait_for_number(query: Callable[[], int]) -> int:
    """Wait until a query returns a number other than 0, and return it."""
    for _ in range(4000):
        if value := query():
            return value
        time.sleep(0.005)
    pytest.fail("the query returned 0 until the timeout")


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """A file of 100,000 buildings."""
    path = tmp_path_factory.mktemp("many") / "many.gpkg"
    codes = [f"B{number}" for number in range(100_000)]
    frame = geopandas.GeoDataFrame({"code": codes}, geometry=generate_footprints(100_000), crs=4326)
    frame.to_file(path)
    return path


def test_a_terminated_database_session_saves_nothing_and_has_a_clear_message(database_url, many):
    process = start(database_url, "import", "buildings", many)
    wait_for_number(
        lambda: query_scalar(database_url, f"SELECT pg_terminate_backend(({COPYING}))::int")
    )
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "Traceback" not in err
    assert "nothing was changed" in err
    assert query_scalar(database_url, "SELECT count(*) FROM building") == 0


@pytest.mark.long
def test_a_server_restart_during_an_import_saves_nothing(tmp_path_factory, many):
    """Uses a database server of its own, because other tests use the shared one."""
    home = Path("/tmp") / f"gw-restart-{os.getpid()}"
    settings = Settings(home=home, database_url=None)
    url = embedded.up(settings)
    try:
        engine = db.connect(url)
        migrations.upgrade(engine)
        engine.dispose()
        process = start(url, "import", "buildings", many)
        wait_for_number(lambda: query_scalar(url, COPYING))
        embedded.down(settings)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, "Traceback" in err) == (5, False)
        embedded.up(settings)
        assert query_scalar(url, "SELECT count(*) FROM building") == 0
        assert run(url, "import", "buildings", many)[0] == 0
    finally:
        embedded.down(settings)
        subprocess.run(["rm", "-rf", home], check=True)


def test_a_constraint_violation_names_the_constraint(database_url, tmp_path):
    """An added constraint stands for any rule that only the database checks."""
    engine = db.connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE building ADD CONSTRAINT no_towers CHECK (floors < 9)"))
    engine.dispose()
    path = write_file(tmp_path / "b.gpkg", [{"code": "b1", "floors": 10, "geom": box(0, 0, 1, 1)}])
    code, _, err = run(database_url, "import", "buildings", path)
    assert code == 3
    assert "no_towers" in err


def small_disk() -> None:
    """Limit files to two kilobytes, to simulate a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))


@pytest.mark.parametrize("suffix", ["csv", "geojson", "gpkg", "parquet", "xlsx", "shp", "fgb"])
def test_a_full_disk_leaves_no_partial_file(city, tmp_path, suffix):
    engine = db.connect(city)
    with engine.begin() as connection:
        connection.execute(text("UPDATE building SET name = repeat('长', 4000)"))
    engine.dispose()
    target = tmp_path / f"buildings.{suffix}"
    code, _, err = run(city, "export", "buildings", target, preexec_fn=small_disk)
    assert (code, target.name in err) == (3, True), err
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_does_not_change_an_existing_file(city, tmp_path):
    target = tmp_path / "buildings.csv"
    target.write_text("as before")
    assert run(city, "export", "buildings", target, preexec_fn=small_disk)[0] == 3
    assert target.read_text() == "as before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "words",
    [
        ("export", "grids", "{}/g.csv"),
        ("uncovered", "-o", "{}/u.csv"),
        ("map", "grids", "-o", "{}/m.html"),
    ],
)
def test_a_path_that_cannot_be_written_is_named(city, tmp_path, words):
    """The folder is a file."""
    folder = tmp_path / "folder"
    folder.write_text("")
    code, _, err = run(city, *(word.format(folder) for word in words))
    assert (code, str(folder) in err) == (3, True), err


def test_nothing_is_imported_if_the_rejects_file_cannot_be_written(database_url, tmp_path):
    path = tmp_path / "managers.csv"
    path.write_text("code,name,kind\nM1,a,firm\nM2,b,nonsense\n")
    folder = tmp_path / "folder"
    folder.write_text("")
    options = ("--on-error", "skip", "--rejects", folder / "rejects.csv")
    assert run(database_url, "import", "managers", path, *options)[0] == 3
    assert query_scalar(database_url, "SELECT count(*) FROM manager") == 0


def test_a_closed_pipe_is_no_error(city):
    with start(city, "uncovered") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


def test_a_missing_or_corrupt_file_is_an_error(city, tmp_path):
    code, _, err = run(city, "import", "areas", tmp_path / "nothing.gpkg")
    assert (code, "does not exist" in err) == (3, True)
    (tmp_path / "zeros.gpkg").write_bytes(bytes(4096))
    code, _, err = run(city, "import", "areas", tmp_path / "zeros.gpkg")
    assert (code, "zeros.gpkg" in err) == (3, True)
    code, _, err = run(city, "import", "areas", tmp_path)
    assert code == 3


def test_the_error_of_an_unmigrated_database_names_the_command_to_run(databases):
    code, _, err = run(databases.make(), "coverage")
    assert (code, "gridward db migrate" in err) == (5, True)


def test_serve_refuses_a_basemap_that_cannot_be_shown(city: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRIDWARD_BASEMAP", "Baidu.Normal")
    code, _, err = run(city, "serve")
    assert code != 0
    assert "Baidu" in err
    assert "Gaode.Normal" in err
