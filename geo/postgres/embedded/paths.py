"""Paths of an embedded cluster, and the lock that serializes work on it."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Unavailable

SOCKET_NAME = "/.s.PGSQL.5432"
MAX_SOCKET_PATH_BYTES = 107
"""The kernel's limit for the path of a unix socket (`sun_path` without its final zero)."""


@dataclass(frozen=True)
class ClusterPaths:
    """The paths of a home's cluster; all absolute."""

    home: Path

    @classmethod
    def of(cls, home: Path) -> "ClusterPaths":
        """Return the paths of a home, with links and relative parts resolved."""
        return cls(home.expanduser().resolve())

    @property
    def folder(self) -> Path:
        """The folder that only the account of the server may enter."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """The data folder; it exists only if complete."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The log folder: one file per weekday, and `start.log`."""
        return self.folder / "log"

    @property
    def sockets(self) -> Path:
        """The socket folder: in the home, or below /tmp if that path is too long or has quotes.

        Commas and quotes separate folders in the settings of server and client.
        """
        inside = self.folder / "run"
        length = len(os.fsencode(inside)) + len(SOCKET_NAME)
        if length <= MAX_SOCKET_PATH_BYTES and not set(str(inside)) & set(",'\"\\\n"):
            return inside
        return Path("/tmp") / f"gridward-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"

    def exists(self) -> bool:
        """Return whether the cluster exists; true if we may not look into its folder."""
        try:
            return self.data.exists()
        except PermissionError:
            return True

    @property
    def stop_marker(self) -> Path:
        """The file that exists while the server is stopped on purpose."""
        return self.folder / "stopped"

    def is_stopped(self) -> bool:
        """Return whether the server is stopped on purpose, and not by a crash."""
        return self.stop_marker.exists()

    def version(self) -> int | None:
        """Return the major version of PostgreSQL that created the data, None without data."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold an exclusive lock against other processes that create, start or stop the cluster."""
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
