"""The embedded server: created, started, stopped, killed, and by several processes at once."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

import psycopg
import pytest

from geo.errors import Unavailable
from geo.postgres import embedded
from geo.postgres.embedded import binaries
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings
from tests.geo.postgres.clusters import (
    connect,
    execute,
    fetch_value,
    kill,
    paths_and_account,
    postmaster_pid,
    up_in_another_process,
)


def test_a_new_home_has_a_database_with_postgis(settings: Settings) -> None:
    url = embedded.up(settings)
    assert fetch_value(url, "SELECT ST_AsText(ST_Point(130.3, 47.3))") == "POINT(130.3 47.3)"
    assert fetch_value(url, "SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'") == 1
    assert fetch_value(url, "SHOW server_encoding") == "UTF8"
    assert fetch_value(url, "SHOW data_checksums") == "on"
    assert fetch_value(url, "SHOW fsync") == "on"
    assert fetch_value(url, "SHOW listen_addresses") == ""
    assert fetch_value(url, "SHOW jit") == "off"


def test_the_state_follows_up_and_down(settings: Settings) -> None:
    assert embedded.status(settings).state == "missing"
    assert not embedded.down(settings)
    url = embedded.up(settings)
    assert embedded.status(settings).state == "running"
    assert embedded.status(settings).url == url == embedded.url(settings)
    assert embedded.down(settings)
    assert embedded.status(settings).state == "stopped"
    assert not embedded.down(settings)


def test_data_survives_a_stop_and_a_second_up(stopped: Settings) -> None:
    execute(embedded.up(stopped), "CREATE TABLE stored AS SELECT 7 AS n")
    assert embedded.up(stopped) == embedded.url(stopped)
    embedded.down(stopped)
    assert fetch_value(embedded.up(stopped), "SELECT n FROM stored") == 7


def test_down_ends_open_sessions(stopped: Settings) -> None:
    with connect(embedded.up(stopped)) as idle:
        assert embedded.down(stopped)
        with pytest.raises(psycopg.OperationalError):
            idle.execute("SELECT 1")


def test_two_homes_have_separate_servers(homes: Callable[..., Settings]) -> None:
    one, two = homes("one"), homes("two")
    first, second = embedded.up(one), embedded.up(two)
    execute(first, "CREATE TABLE only_here AS SELECT 1")
    assert fetch_value(second, "SELECT to_regclass('only_here')") is None
    embedded.down(one)
    assert embedded.status(two).state == "running"


def test_a_killed_server_restarts_with_its_data(stopped: Settings) -> None:
    execute(embedded.up(stopped), "CREATE TABLE stored AS SELECT 7 AS n")
    with connect(embedded.url(stopped)):
        kill(stopped)
        assert fetch_value(embedded.up(stopped), "SELECT n FROM stored") == 7


def test_a_recorded_pid_of_another_process_is_not_the_server(stopped: Settings) -> None:
    """After a power cut the pid in postmaster.pid may belong to any process, which must survive."""
    embedded.up(stopped)
    kill(stopped)
    paths, account = paths_and_account(stopped)
    bystander = subprocess.Popen(["sleep", "600"], user=account.uid if os.geteuid() == 0 else None)
    try:
        pid_file = paths.data / "postmaster.pid"
        pid_file.write_text(f"{bystander.pid}\n" + pid_file.read_text().split("\n", 1)[1])
        assert embedded.status(stopped).state == "stopped"
        assert not embedded.down(stopped)
        assert fetch_value(embedded.up(stopped), "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("step", ["unfinished-*", "unfinished-*/base/1/*", "data", "run/.s.*"])
def test_an_interrupted_creation_is_completed_by_the_next_up(settings: Settings, step: str) -> None:
    """The kill comes as soon as the pattern matches a file in the folder."""
    paths = ClusterPaths.of(settings.home)
    process = up_in_another_process(settings)
    while process.poll() is None and not any(paths.folder.glob(step)):
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert fetch_value(embedded.up(settings), "SELECT ST_SRID(ST_Point(1, 2, 4326))") == 4326
    assert not list(paths.folder.glob("unfinished-*"))


def test_concurrent_processes_create_one_cluster(settings: Settings) -> None:
    racers = [up_in_another_process(settings) for _ in range(4)]
    results = [racer.communicate() for racer in racers]
    assert results == [(f"{embedded.url(settings)}\n", "")] * 4


def test_the_server_is_outside_the_process_group_and_session_of_its_starter(
    stopped: Settings,
) -> None:
    process = up_in_another_process(stopped)
    process.communicate()
    pid = postmaster_pid(stopped)
    assert os.getpgid(pid) != process.pid
    assert os.getsid(pid) != process.pid


def test_up_waits_for_a_server_that_is_starting(stopped: Settings) -> None:
    """Another program started the server, which does not accept connections yet."""
    embedded.up(stopped)
    embedded.down(stopped)
    paths, account = paths_and_account(stopped)
    pg_ctl = binaries.find(None) / "pg_ctl"
    account.run_checked(
        [pg_ctl, "start", "-W", "-D", "data", "-l", "log/start.log"], cwd=paths.folder
    )
    assert fetch_value(embedded.up(stopped), "SELECT 1") == 1


def test_settings_of_alter_system_survive_a_restart(stopped: Settings) -> None:
    execute(embedded.up(stopped), "ALTER SYSTEM SET work_mem = '77MB'")
    embedded.down(stopped)
    assert fetch_value(embedded.up(stopped), "SHOW work_mem") == "77MB"


def test_the_error_of_a_failed_start_has_the_reason(stopped: Settings) -> None:
    execute(embedded.up(stopped), "ALTER SYSTEM SET max_connections = 1")
    embedded.down(stopped)
    with pytest.raises(Unavailable, match="superuser_reserved_connections"):
        embedded.up(stopped)
