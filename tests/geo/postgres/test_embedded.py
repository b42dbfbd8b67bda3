"""The private cluster: real servers in homes of their own, killed, interrupted and raced."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import make_url

from geo.errors import Unavailable
from geo.postgres import embedded
from geo.postgres.embedded import binaries, server
from geo.postgres.embedded.binaries import NoPostgis
from geo.postgres.embedded.create import HomeOutOfReach
from geo.postgres.embedded.os_account import OsAccount
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings

ROOT = Path(__file__).parents[3]
UP = """
import sys, pathlib
from geo import cluster
from geo.settings import Settings
print(cluster.up(Settings(home=pathlib.Path(sys.argv[1]))), flush=True)
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several accounts")


@pytest.fixture
def homes() -> Iterator[Callable[[str], Settings]]:
    """Makes homes that every account can reach, and leaves no server and no folder behind."""
    base = Path(tempfile.mkdtemp(prefix="gw-", dir="/tmp"))
    base.chmod(0o755)
    made: list[Settings] = []

    def make(name: str = "home") -> Settings:
        made.append(Settings(home=base / name))
        return made[-1]

    yield make
    for settings in made:
        embedded.down(settings)
        if ClusterPaths.of(settings.home).sockets.parent == Path("/tmp"):
            shutil.rmtree(ClusterPaths.of(settings.home).sockets, ignore_errors=True)
    shutil.rmtree(base)


@pytest.fixture
def settings(homes: Callable[..., Settings]) -> Settings:
    """The settings of one new home."""
    return homes()


def connect(url: str, user: str = "gridward") -> "psycopg.Connection[tuple[object, ...]]":
    query = make_url(url).query
    return psycopg.connect(
        host=str(query["host"]),
        port=str(query["port"]),
        user=user,
        dbname="gridward",
        autocommit=True,
    )


def ask(url: str, question: LiteralString) -> object:
    with connect(url) as connection:
        row = connection.execute(question).fetchone()
        assert row
        return row[0]


def tell(url: str, *commands: LiteralString) -> None:
    with connect(url) as connection:
        for command in commands:
            connection.execute(command)


def parts(settings: Settings) -> tuple[ClusterPaths, OsAccount]:
    place = ClusterPaths.of(settings.home)
    return place, OsAccount.of(place)


def postmaster(settings: Settings) -> int:
    number = server.find_pid(*parts(settings))
    assert number
    return number


def kill(settings: Settings) -> None:
    """As a power cut does it: no word to anybody, `postmaster.pid` and socket left lying."""
    os.kill(postmaster(settings), signal.SIGKILL)


def in_another_process(settings: Settings) -> "subprocess.Popen[str]":
    """Call `up` in a process, and process group, of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", UP, settings.home],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def up_as(name: str, settings: Settings) -> str:
    """Call `up` as another account; return the URL, or the kind of refusal and its words."""
    reader, writer = os.pipe()
    child = os.fork()  # A new program would have to be readable by that account; a fork is.
    if not child:
        said = "no answer"
        try:
            os.setgroups([])
            os.setgid(pwd.getpwnam(name).pw_gid)
            os.setuid(pwd.getpwnam(name).pw_uid)
            said = embedded.up(settings)
        except Unavailable as refusal:
            said = f"{refusal.code}: {refusal}"
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as pipe:  # noqa: PTH123
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def test_a_new_home_gets_a_database_with_postgis(settings: Settings) -> None:
    url = embedded.up(settings)
    assert ask(url, "SELECT ST_AsText(ST_Point(130.3, 47.3))") == "POINT(130.3 47.3)"
    assert ask(url, "SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'") == 1
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SHOW data_checksums") == "on"
    assert ask(url, "SHOW fsync") == "on"
    assert ask(url, "SHOW listen_addresses") == ""
    assert ask(url, "SHOW jit") == "off"


def test_the_state_follows_up_and_down(settings: Settings) -> None:
    assert embedded.status(settings).state == "missing"
    assert not embedded.down(settings)
    url = embedded.up(settings)
    assert embedded.status(settings).state == "running"
    assert embedded.status(settings).url == url == embedded.url(settings)
    assert embedded.down(settings)
    assert embedded.status(settings).state == "stopped"
    assert not embedded.down(settings)


def test_what_was_written_outlives_a_stop_and_a_second_up(settings: Settings) -> None:
    tell(embedded.up(settings), "CREATE TABLE kept AS SELECT 7 AS n")
    assert embedded.up(settings) == embedded.url(settings)
    embedded.down(settings)
    assert ask(embedded.up(settings), "SELECT n FROM kept") == 7


def test_down_ends_sessions_that_are_still_open(settings: Settings) -> None:
    with connect(embedded.up(settings)) as idle:
        assert embedded.down(settings)
        with pytest.raises(psycopg.OperationalError):
            idle.execute("SELECT 1")


def test_two_homes_live_side_by_side(homes: Callable[..., Settings]) -> None:
    one, two = homes("one"), homes("two")
    first, second = embedded.up(one), embedded.up(two)
    tell(first, "CREATE TABLE only_here AS SELECT 1")
    assert ask(second, "SELECT to_regclass('only_here')") is None
    embedded.down(one)
    assert embedded.status(two).state == "running"


def test_a_killed_server_comes_back_with_its_data(settings: Settings) -> None:
    tell(embedded.up(settings), "CREATE TABLE kept AS SELECT 7 AS n")
    with connect(embedded.url(settings)):
        kill(settings)
        assert ask(embedded.up(settings), "SELECT n FROM kept") == 7


def test_a_number_that_belongs_to_another_process_by_now_is_no_server(settings: Settings) -> None:
    """After a power cut the number in postmaster.pid may be anybody's, and must not be killed."""
    embedded.up(settings)
    kill(settings)
    place, account = parts(settings)
    bystander = subprocess.Popen(["sleep", "600"], user=account.uid if os.geteuid() == 0 else None)
    try:
        noted = place.data / "postmaster.pid"
        noted.write_text(f"{bystander.pid}\n" + noted.read_text().split("\n", 1)[1])
        assert embedded.status(settings).state == "stopped"
        assert not embedded.down(settings)
        assert ask(embedded.up(settings), "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("step", ["unfinished-*", "unfinished-*/base/1/*", "data", "run/.s.*"])
def test_a_first_time_that_is_killed_half_way_is_made_good(settings: Settings, step: str) -> None:
    """The pattern is what must have appeared in the folder when the kill comes."""
    place = ClusterPaths.of(settings.home)
    process = in_another_process(settings)
    while process.poll() is None and not any(place.folder.glob(step)):
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert ask(embedded.up(settings), "SELECT ST_SRID(ST_Point(1, 2, 4326))") == 4326
    assert not list(place.folder.glob("unfinished-*"))


def test_several_processes_at_once_make_one_cluster(settings: Settings) -> None:
    racers = [in_another_process(settings) for _ in range(4)]
    said = [racer.communicate() for racer in racers]
    assert said == [(f"{embedded.url(settings)}\n", "")] * 4


def test_a_ctrl_c_on_our_command_leaves_the_server_running(settings: Settings) -> None:
    process = in_another_process(settings)
    process.communicate()
    number = postmaster(settings)
    assert os.getpgid(number) != process.pid
    assert os.getsid(number) != process.pid


def test_a_starting_server_is_waited_for(settings: Settings) -> None:
    """Started behind our back and not yet answering: up joins in instead of starting another."""
    embedded.up(settings)
    embedded.down(settings)
    place, account = parts(settings)
    pg_ctl = binaries.find(None) / "pg_ctl"
    account.run_checked(
        [pg_ctl, "start", "-W", "-D", "data", "-l", "log/start.log"], cwd=place.folder
    )
    assert ask(embedded.up(settings), "SELECT 1") == 1


@pytest.mark.parametrize("name", ["a" * 100, "two words $HOME %s 鹤岗", "a,b it's \""])
def test_any_folder_name_will_do(homes: Callable[..., Settings], name: str) -> None:
    assert ask(embedded.up(homes(name)), "SELECT 1") == 1


def test_the_socket_of_a_long_path_lies_under_tmp_and_is_ours_alone(
    homes: Callable[..., Settings],
) -> None:
    settings = homes("a" * 100)
    place, account = parts(settings)
    embedded.up(settings)
    found = place.sockets.stat()
    assert place.sockets.parent == Path("/tmp")
    assert (found.st_uid, found.st_mode & 0o777) == (account.uid, 0o700)


def test_a_socket_folder_that_others_may_enter_is_refused(homes: Callable[..., Settings]) -> None:
    settings = homes("a" * 100)
    sockets = ClusterPaths.of(settings.home).sockets
    sockets.mkdir()
    sockets.chmod(0o777)
    with pytest.raises(Unavailable, match="that only"):
        embedded.up(settings)


def test_a_relative_home_and_a_link_to_it_are_the_same_home(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.home.mkdir()
    link = settings.home.parent / "link"
    link.symlink_to(settings.home)
    monkeypatch.chdir(settings.home.parent)
    assert embedded.url(Settings(home=Path("home"))) == embedded.url(Settings(home=link))


def test_a_home_that_is_a_file_is_refused_by_name(settings: Settings) -> None:
    settings.home.write_text("not a folder")
    with pytest.raises(Unavailable, match=str(settings.home)):
        embedded.up(settings)
    settings.home.unlink()


def test_settings_made_with_alter_system_stay(settings: Settings) -> None:
    tell(embedded.up(settings), "ALTER SYSTEM SET work_mem = '77MB'")
    embedded.down(settings)
    assert ask(embedded.up(settings), "SHOW work_mem") == "77MB"


def test_a_failed_start_says_why(settings: Settings) -> None:
    tell(embedded.up(settings), "ALTER SYSTEM SET max_connections = 1")
    embedded.down(settings)
    with pytest.raises(Unavailable, match="superuser_reserved_connections"):
        embedded.up(settings)


@as_root
def test_the_server_of_root_runs_as_another_account(settings: Settings) -> None:
    embedded.up(settings)
    assert os.stat(f"/proc/{postmaster(settings)}").st_uid != 0  # noqa: PTH116


@as_root
def test_a_home_that_the_account_of_the_server_cannot_enter_is_refused(settings: Settings) -> None:
    settings.home.mkdir(mode=0o700)
    inside = Settings(home=settings.home / "deep" / "down")
    with pytest.raises(HomeOutOfReach, match=f"may not enter {settings.home}") as refusal:
        embedded.up(inside)
    assert "GRIDWARD_HOME" in str(refusal.value)
    assert not list(settings.home.iterdir())


@as_root
def test_no_other_account_gets_in_even_through_open_folders(settings: Settings) -> None:
    url = embedded.up(settings)
    place = ClusterPaths.of(settings.home)
    place.folder.chmod(0o755)
    place.sockets.chmod(0o755)
    next(place.sockets.glob(".s.PGSQL.5432")).chmod(0o777)
    stranger = pwd.getpwnam("daemon")
    psql = [binaries.find(None) / "psql", "-h", place.sockets, "-U", "gridward", "gridward"]
    done = subprocess.run(
        psql, user=stranger.pw_uid, extra_groups=[], capture_output=True, text=True, check=False
    )
    assert "Peer authentication failed" in done.stderr
    assert ask(url, "SELECT 1") == 1


def test_only_the_role_gridward_is_let_in(settings: Settings) -> None:
    url = embedded.up(settings)
    tell(url, "CREATE ROLE other LOGIN SUPERUSER")
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        connect(url, user="other")


@as_root
def test_an_ordinary_user_runs_the_server_and_root_may_use_it(settings: Settings) -> None:
    settings.home.mkdir()
    owner = pwd.getpwnam("daemon")
    os.chown(settings.home, owner.pw_uid, owner.pw_gid)
    assert up_as("daemon", settings) == embedded.url(settings)
    assert os.stat(f"/proc/{postmaster(settings)}").st_uid == owner.pw_uid  # noqa: PTH116
    assert ask(embedded.up(settings), "SELECT 1") == 1


@as_root
def test_the_cluster_of_somebody_else_is_refused_with_a_name(settings: Settings) -> None:
    embedded.up(settings)
    refusal = up_as("daemon", settings)
    assert refusal.startswith("wrong_account: ")
    assert f"belongs to {parts(settings)[1].name}" in refusal


def test_a_folder_without_initdb_is_refused(settings: Settings) -> None:
    wrong = Settings(home=settings.home, pg_bin=settings.home)
    with pytest.raises(NoPostgis, match="no initdb"):
        embedded.up(wrong)


def test_a_postgres_without_postgis_names_the_package(tmp_path: Path) -> None:
    programs = {"initdb": "", "postgres": "echo 'postgres (PostgreSQL) 17.2'", "pg_config": "pwd"}
    for name, script in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(NoPostgis, match="postgresql-17-postgis-3"):
        binaries.find(tmp_path)
    with pytest.raises(NoPostgis, match=r"made by PostgreSQL 15; found here: 17\."):
        binaries.find(tmp_path, version=15)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_a_given_database_is_used_and_nothing_is_started(settings: Settings, scheme: str) -> None:
    given = Settings(home=settings.home, database_url=f"{scheme}://me:p%40ss@db:6543/city?a=b")
    assert embedded.database_url(given) == "postgresql+psycopg://me:p%40ss@db:6543/city?a=b"
    assert not settings.home.exists()


def test_without_a_given_database_the_private_one_is_started(settings: Settings) -> None:
    assert ask(embedded.database_url(settings), "SELECT 1") == 1


@pytest.mark.parametrize(
    "text", ["mysql://me:secret@db/city", "host=db password=secret", "postgresql://db:secret/x", ""]
)
def test_another_kind_of_address_is_refused_without_repeating_secrets(text: str) -> None:
    with pytest.raises(embedded.BadDatabaseUrl, match="postgresql://user") as refusal:
        embedded.database_url(Settings(database_url=text))
    assert "secret" not in str(refusal.value)
