"""Where the parts of a private cluster lie, and the lock that one process at a time holds."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Unavailable

SOCKET_NAME = "/.s.PGSQL.5432"
LONGEST_SOCKET = 107
"""Bytes that the kernel leaves for the path of a unix socket (`sun_path`, less its final zero)."""


@dataclass(frozen=True)
class ClusterPaths:
    """The folders of the private cluster of one home; all absolute."""

    home: Path

    @classmethod
    def of(cls, home: Path) -> "ClusterPaths":
        """Return the place of a home, with links and relative parts followed."""
        return cls(home.expanduser().resolve())

    @property
    def folder(self) -> Path:
        """What belongs to the account that runs the server, and to nobody else."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """The data folder; it is there only when complete."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The log folder: one file a weekday, and what was said before logging began."""
        return self.folder / "log"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: in the home, or under /tmp where that path is impossible.

        The kernel limits its length, and commas and quotes separate folders in both ends' settings.
        """
        inside = self.folder / "run"
        length = len(os.fsencode(inside)) + len(SOCKET_NAME)
        if length <= LONGEST_SOCKET and not set(str(inside)) & set(",'\"\\\n"):
            return inside
        return Path("/tmp") / f"gridward-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"

    def exists(self) -> bool:
        """Return whether the cluster has been made; a place we may not look into has one."""
        try:
            return self.data.exists()
        except PermissionError:
            return True

    def version(self) -> int | None:
        """Return the major version of PostgreSQL that made the data, None before there is any."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep every other process from making, starting or stopping this cluster meanwhile."""
        path = self.home / "postgres.lock"
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            message = f"The lock file {path} cannot be opened: {error.strerror}."
            raise Unavailable(message, hint="Check who owns it, or set GRIDWARD_HOME.") from None
        try:
            if os.geteuid() == 0:
                owner = self.home.stat()
                os.fchown(file, owner.st_uid, owner.st_gid)
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)
