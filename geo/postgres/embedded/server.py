"""Start and stop the server of a private cluster, and tell whether it lives."""

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

LINUX = sys.platform == "linux"

TIMEOUT_S = 600
"""How long to wait for a start (after a power cut it replays the log) or a stop."""


class NotStarted(Unavailable):
    """The private server did not start."""

    code = "not_started"


def start(place: ClusterPaths, account: OsAccount, bin: Path) -> None:
    """Start the server unless it runs; return when it answers. Raises NotStarted with the reason.

    The server is detached: it outlives this process, its terminal and a Ctrl-C.
    """
    if accepts_connections(place):
        return
    if find_pid(place, account) is None:
        _clear_remains(place, account)
        create.create_socket_folder(place, account)
        config.write_config(place, account)
        done = account.run(
            # Paths relative to the folder: pg_ctl hands them to a shell.
            [bin / "pg_ctl", "start", "-D", "data", "-l", "log/start.log", "-t", str(TIMEOUT_S)],
            cwd=place.folder,
        )
        # Where somebody else started it in this very moment, that one is waited for.
        if done.returncode and find_pid(place, account) is None:
            raise NotStarted(f"The private server did not start: {_last_words(place, account)}")
    _wait_until_it_answers(place, account)


def stop(place: ClusterPaths, account: OsAccount, bin: Path) -> bool:
    """Stop the server, ending its sessions, and wait for it; return whether it was running."""
    if find_pid(place, account) is None:
        return False
    account.run_checked(
        [bin / "pg_ctl", "stop", "-D", "data", "-m", "fast", "-t", str(TIMEOUT_S)],
        cwd=place.folder,
    )
    return True


def accepts_connections(place: ClusterPaths) -> bool:
    """Return whether the server accepts connections now."""
    conninfo = make_conninfo(host=str(place.sockets), port=PORT)
    return pq.PGconn.ping(conninfo.encode()) == pq.Ping.OK


def find_pid(place: ClusterPaths, account: OsAccount) -> int | None:
    """Return the process number of the running server, or None.

    `postmaster.pid` alone proves nothing: after a power cut its number may belong to anybody.
    The server is the process of that number that works in our data folder.
    """
    number = _noted_pid(place)
    return number if number in _inhabitants(place, account) else None


def _noted_pid(place: ClusterPaths) -> int | None:
    try:
        return int((place.data / "postmaster.pid").read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return None


def _inhabitants(place: ClusterPaths, account: OsAccount) -> set[int]:
    """The processes whose working folder is the data folder: the server and its sessions."""
    if not LINUX:
        return _alive(_noted_pid(place))
    # Asked as the server's own account: in a container root may not look into others' processes.
    script = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef data ] && echo "${p#/proc/}"; done; :'
    return {
        int(line) for line in account.run_checked(["sh", "-c", script], cwd=place.folder).split()
    }


def _alive(number: int | None) -> set[int]:
    """Elsewhere than on Linux the noted number is all there is to go by."""
    try:
        os.kill(number or 0, 0)
    except ProcessLookupError:
        return set()
    return {number} if number else set()


def _clear_remains(place: ClusterPaths, account: OsAccount) -> None:
    """After a crash: let orphaned sessions end, and forget a process number that is not ours.

    PostgreSQL itself copes with a dead number in `postmaster.pid`, but takes a living one for
    its twin and gives up. With no process left in the data folder there is no twin.
    """
    deadline = time.monotonic() + TIMEOUT_S
    while _inhabitants(place, account):
        if time.monotonic() > deadline:
            raise NotStarted(f"Sessions of a killed server still work in {place.data}.")
        time.sleep(0.1)
    if not LINUX:
        return
    remains = [place.data / "postmaster.pid", *place.sockets.glob(".s.PGSQL.*.lock")]
    account.run_checked(["rm", "-f", *remains], cwd=place.folder)


def _wait_until_it_answers(place: ClusterPaths, account: OsAccount) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not accepts_connections(place):
        if find_pid(place, account) is None or time.monotonic() > deadline:
            raise NotStarted(f"The private server gave up: {_last_words(place, account)}")
        time.sleep(0.05)


def _last_words(place: ClusterPaths, account: OsAccount) -> str:
    script = "tail -q -n 5 $(ls -t log/*.log | head -n 2)"
    return account.run(["sh", "-c", script], cwd=place.folder).stdout.strip()
