"""The embedded server: accounts, homes, installations and database URLs."""

import os
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from geo.errors import Unavailable
from geo.postgres import embedded
from geo.postgres.embedded import binaries
from geo.postgres.embedded.binaries import NoPostgis
from geo.postgres.embedded.create import HomeOutOfReach
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings
from tests.geo.postgres.clusters import (
    as_root,
    connect,
    execute,
    fetch_value,
    paths_and_account,
    postmaster_pid,
    up_as,
)


@pytest.mark.parametrize("name", ["a" * 100, "two words $HOME %s 鹤岗", "a,b it's \""])
def test_a_home_may_have_any_name(homes: Callable[..., Settings], name: str) -> None:
    assert fetch_value(embedded.up(homes(name)), "SELECT 1") == 1


def test_the_socket_folder_of_a_long_path_is_private_and_below_tmp(
    homes: Callable[..., Settings],
) -> None:
    settings = homes("a" * 100)
    paths, account = paths_and_account(settings)
    embedded.up(settings)
    status = paths.sockets.stat()
    assert paths.sockets.parent == Path("/tmp")
    assert (status.st_uid, status.st_mode & 0o777) == (account.uid, 0o700)


def test_a_socket_folder_that_others_may_enter_is_rejected(homes: Callable[..., Settings]) -> None:
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


def test_a_home_that_is_a_file_is_rejected_with_its_path(settings: Settings) -> None:
    settings.home.write_text("not a folder")
    with pytest.raises(Unavailable, match=str(settings.home)):
        embedded.up(settings)
    settings.home.unlink()


@as_root
def test_the_server_of_root_runs_as_another_account(settings: Settings) -> None:
    embedded.up(settings)
    assert os.stat(f"/proc/{postmaster_pid(settings)}").st_uid != 0  # noqa: PTH116


@as_root
def test_a_home_that_the_account_of_the_server_cannot_enter_is_rejected(settings: Settings) -> None:
    settings.home.mkdir(mode=0o700)
    inside = Settings(home=settings.home / "deep" / "down")
    with pytest.raises(HomeOutOfReach, match=f"may not enter {settings.home}") as error:
        embedded.up(inside)
    assert "GRIDWARD_HOME" in str(error.value)
    assert not list(settings.home.iterdir())


@as_root
def test_other_accounts_are_rejected_even_if_folders_are_open(stopped: Settings) -> None:
    url = embedded.up(stopped)
    paths = ClusterPaths.of(stopped.home)
    paths.folder.chmod(0o755)
    paths.sockets.chmod(0o755)
    next(paths.sockets.glob(".s.PGSQL.5432")).chmod(0o777)
    daemon = pwd.getpwnam("daemon")
    psql = [binaries.find(None) / "psql", "-h", paths.sockets, "-U", "gridward", "gridward"]
    process = subprocess.run(
        psql, user=daemon.pw_uid, extra_groups=[], capture_output=True, text=True, check=False
    )
    assert "Peer authentication failed" in process.stderr
    assert fetch_value(url, "SELECT 1") == 1


def test_other_roles_are_rejected(stopped: Settings) -> None:
    url = embedded.up(stopped)
    execute(url, "CREATE ROLE other LOGIN SUPERUSER")
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        connect(url, user="other")


@as_root
def test_root_may_use_the_server_of_an_ordinary_user(settings: Settings) -> None:
    settings.home.mkdir()
    owner = pwd.getpwnam("daemon")
    os.chown(settings.home, owner.pw_uid, owner.pw_gid)
    assert up_as("daemon", settings) == embedded.url(settings)
    assert os.stat(f"/proc/{postmaster_pid(settings)}").st_uid == owner.pw_uid  # noqa: PTH116
    assert fetch_value(embedded.up(settings), "SELECT 1") == 1


@as_root
def test_the_cluster_of_another_account_is_rejected_with_its_name(stopped: Settings) -> None:
    embedded.up(stopped)
    result = up_as("daemon", stopped)
    assert result.startswith("wrong_account: ")
    assert f"belongs to {paths_and_account(stopped)[1].name}" in result


def test_a_folder_without_initdb_is_rejected(settings: Settings) -> None:
    wrong = Settings(home=settings.home, pg_bin=settings.home)
    with pytest.raises(NoPostgis, match="does not contain initdb"):
        embedded.up(wrong)


def test_the_error_of_a_missing_postgis_names_the_package(tmp_path: Path) -> None:
    programs = {"initdb": "", "postgres": "echo 'postgres (PostgreSQL) 17.2'", "pg_config": "pwd"}
    for name, script in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(NoPostgis, match="postgresql-17-postgis-3"):
        binaries.find(tmp_path)
    with pytest.raises(NoPostgis, match=r"PostgreSQL 15 created .* installed: 17\."):
        binaries.find(tmp_path, version=15)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_a_configured_database_is_used_and_no_server_started(
    settings: Settings, scheme: str
) -> None:
    external = Settings(home=settings.home, database_url=f"{scheme}://me:p%40ss@db:6543/city?a=b")
    assert embedded.database_url(external) == "postgresql+psycopg://me:p%40ss@db:6543/city?a=b"
    assert not settings.home.exists()


def test_the_embedded_server_starts_without_a_configured_database(stopped: Settings) -> None:
    assert fetch_value(embedded.database_url(stopped), "SELECT 1") == 1


@pytest.mark.parametrize(
    "text", ["mysql://me:secret@db/city", "host=db password=secret", "postgresql://db:secret/x", ""]
)
def test_an_invalid_database_url_is_rejected_without_repeating_its_password(text: str) -> None:
    with pytest.raises(embedded.BadDatabaseUrl, match="postgresql://user") as error:
        embedded.database_url(Settings(database_url=text))
    assert "secret" not in str(error.value)
