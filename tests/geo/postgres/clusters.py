"""Embedded servers for tests: queries, processes, and kills."""

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import make_url

from geo.errors import Unavailable
from geo.postgres import embedded
from geo.postgres.embedded import server
from geo.postgres.embedded.os_account import OsAccount
from geo.postgres.embedded.paths import ClusterPaths
from geo.settings import Settings

ROOT = Path(__file__).parents[3]
UP = """
import sys, pathlib
from geo.postgres import embedded
from geo.settings import Settings
print(embedded.up(Settings(home=pathlib.Path(sys.argv[1]))), flush=True)
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several accounts")


def connect(url: str, user: str = "gridward") -> "psycopg.Connection[tuple[object, ...]]":
    query = make_url(url).query
    return psycopg.connect(
        host=str(query["host"]),
        port=str(query["port"]),
        user=user,
        dbname="gridward",
        autocommit=True,
    )


def fetch_value(url: str, query: LiteralString) -> object:
    """The one value that a query returns."""
    with connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row
        return row[0]


def execute(url: str, command: LiteralString) -> None:
    with connect(url) as connection:
        connection.execute(command)


def paths_and_account(settings: Settings) -> tuple[ClusterPaths, OsAccount]:
    paths = ClusterPaths.of(settings.home)
    return paths, OsAccount.of(paths)


def postmaster_pid(settings: Settings) -> int:
    pid = server.find_pid(*paths_and_account(settings))
    assert pid
    return pid


def kill(settings: Settings) -> None:
    """Kill the server as a power cut does, leaving `postmaster.pid` and the socket behind."""
    os.kill(postmaster_pid(settings), signal.SIGKILL)


def up_in_another_process(settings: Settings) -> "subprocess.Popen[str]":
    """Call `up` in a process, and process group, of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", UP, settings.home],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def up_as(account: str, settings: Settings) -> str:
    """Call `up` as another account; return the URL, or the code and message of the error."""
    reader, writer = os.pipe()
    child = os.fork()  # the account may be unable to read a new program; a fork needs none
    if not child:
        result = "no result"
        try:
            os.setgroups([])
            os.setgid(pwd.getpwnam(account).pw_gid)
            os.setuid(pwd.getpwnam(account).pw_uid)
            result = embedded.up(settings)
        except Unavailable as error:
            result = f"{error.code}: {error}"
        finally:
            os.write(writer, result.encode())
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as pipe:  # noqa: PTH123
        result = pipe.read()
    os.waitpid(child, 0)
    return result
