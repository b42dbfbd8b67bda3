"""Starts and stops the server of an embedded cluster, and finds its process."""

import os
import sys
import time
from pathlib import Path

from psycopg import pq
from psycopg.conninfo import make_conninfo

from geo.errors import Unavailable
from geo.postgres.embedded import config, create
from geo.postgres.embedded.database import PORT
from geo.postgres.embedded.os_account import OsAccount
from geo.postgres.embedded.paths import ClusterPaths

IS_LINUX = sys.platform == "linux"

TIMEOUT_S = 600
"""For a start, which replays the write-ahead log after a power cut, and for a stop."""


class NotStarted(Unavailable):
    """The embedded server did not start."""

    code = "not_started"


def start(paths: ClusterPaths, account: OsAccount, bin: Path) -> None:
    """Start the server unless it runs, and wait until it accepts connections. Raises NotStarted.

    The server is a daemon: it outlives this process, its terminal and a Ctrl-C.
    """
    if accepts_connections(paths):
        return
    if find_pid(paths, account) is None:
        _remove_stale_files(paths, account)
        create.create_socket_folder(paths, account)
        config.write_config(paths, account)
        process = account.run(
            # Paths relative to the folder: pg_ctl passes them to a shell.
            [bin / "pg_ctl", "start", "-D", "data", "-l", "log/start.log", "-t", str(TIMEOUT_S)],
            cwd=paths.folder,
        )
        # If another process started the server at the same moment, wait for that one.
        if process.returncode and find_pid(paths, account) is None:
            raise NotStarted(f"The private server did not start: {_log_tail(paths, account)}")
    _wait_until_ready(paths, account)


def stop(paths: ClusterPaths, account: OsAccount, bin: Path) -> bool:
    """Stop the server, ending its sessions, and wait for it; return whether it was running."""
    if find_pid(paths, account) is None:
        return False
    account.run_checked(
        [bin / "pg_ctl", "stop", "-D", "data", "-m", "fast", "-t", str(TIMEOUT_S)],
        cwd=paths.folder,
    )
    return True


def accepts_connections(paths: ClusterPaths) -> bool:
    """Return whether the server accepts connections now."""
    conninfo = make_conninfo(host=str(paths.sockets), port=PORT)
    return pq.PGconn.ping(conninfo.encode()) == pq.Ping.OK


def find_pid(paths: ClusterPaths, account: OsAccount) -> int | None:
    """Return the process id of the running server, or None.

    `postmaster.pid` alone proves nothing: after a power cut its number may belong to another
    process. The server is the process with that number whose working folder is the data folder.
    """
    pid = _recorded_pid(paths)
    return pid if pid in _pids_in_data_folder(paths, account) else None


def _recorded_pid(paths: ClusterPaths) -> int | None:
    try:
        return int((paths.data / "postmaster.pid").read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return None


def _pids_in_data_folder(paths: ClusterPaths, account: OsAccount) -> set[int]:
    """Return the processes of the server and its sessions."""
    if not IS_LINUX:
        return _running_pids(_recorded_pid(paths))
    # As the server's account: in a container root may not inspect the processes of others.
    script = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef data ] && echo "${p#/proc/}"; done; :'
    lines = account.run_checked(["sh", "-c", script], cwd=paths.folder).split()
    return {int(line) for line in lines}


def _running_pids(pid: int | None) -> set[int]:
    """Return the process if it runs: without /proc there is no better test."""
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return set()
    return {pid} if pid else set()


def _remove_stale_files(paths: ClusterPaths, account: OsAccount) -> None:
    """After a crash: wait for orphaned sessions to end, and remove the files of the old server.

    PostgreSQL ignores the number of a dead process in `postmaster.pid`, but refuses to start if
    the number belongs to any living process. With no process left in the data folder, that process
    is not a server of this cluster.
    """
    deadline = time.monotonic() + TIMEOUT_S
    while _pids_in_data_folder(paths, account):
        if time.monotonic() > deadline:
            raise NotStarted(f"Sessions of a killed server still work in {paths.data}.")
        time.sleep(0.1)
    if not IS_LINUX:
        return
    files = [paths.data / "postmaster.pid", *paths.sockets.glob(".s.PGSQL.*.lock")]
    account.run_checked(["rm", "-f", *files], cwd=paths.folder)


def _wait_until_ready(paths: ClusterPaths, account: OsAccount) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not accepts_connections(paths):
        if find_pid(paths, account) is None or time.monotonic() > deadline:
            raise NotStarted(f"The private server stopped: {_log_tail(paths, account)}")
        time.sleep(0.05)


def _log_tail(paths: ClusterPaths, account: OsAccount) -> str:
    script = "tail -q -n 5 $(ls -t log/*.log | head -n 2)"
    return account.run(["sh", "-c", script], cwd=paths.folder).stdout.strip()
