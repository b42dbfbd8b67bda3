"""The operating system account of the embedded server: our own, or another if we are root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Unavailable
from geo.postgres.embedded.paths import ClusterPaths

ACCOUNTS_FOR_ROOT = ("postgres", "nobody")
"""Accounts that run the server if we are root, in order of preference."""


class WrongAccount(Unavailable):
    """This account cannot run the embedded server of this home."""

    code = "wrong_account"


@dataclass(frozen=True)
class OsAccount:
    """The account of the server, and of all commands on its files."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, paths: ClusterPaths) -> "OsAccount":
        """Return the account of a cluster: its owner, or the one to create it.

        Raises WrongAccount if the cluster belongs to another account and we are not root.
        """
        euid = os.geteuid()
        owner = _owner(paths.folder)
        if euid == 0:
            return cls._of_uid(owner) if owner else cls._for_root()
        if owner is not None and owner != euid:
            message = f"The private database in {paths.folder} belongs to {_name(owner)}."
            hint = f"Run this as {_name(owner)} or root, or set GRIDWARD_HOME to a folder of yours."
            raise WrongAccount(message, hint=hint)
        return cls._of_uid(euid)

    @classmethod
    def _of_uid(cls, uid: int) -> "OsAccount":
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            message = f"The account number {uid} has no name on this machine."
            hint = "PostgreSQL needs one: add it (useradd), or set GRIDWARD_DATABASE_URL."
            raise WrongAccount(message, hint=hint) from None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @classmethod
    def _for_root(cls) -> "OsAccount":
        entries = {entry.pw_name: entry for entry in pwd.getpwall()}
        for name in ACCOUNTS_FOR_ROOT:
            if name in entries:
                return cls(name, entries[name].pw_uid, entries[name].pw_gid)
        message = "PostgreSQL refuses to run as root, and there is no account postgres or nobody."
        raise WrongAccount(message, hint="Add one (useradd --system postgres), or run as a user.")

    def run(
        self, command: Sequence[str | Path], *, cwd: Path, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account and return the completed process."""
        is_root = os.geteuid() == 0
        return subprocess.run(
            command,
            cwd=cwd,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            umask=0o077,
            user=self.uid if is_root else None,
            group=self.gid if is_root else None,
            extra_groups=() if is_root else None,
        )

    def run_checked(self, command: Sequence[str | Path], *, cwd: Path, stdin: str = "") -> str:
        """Run a command as this account; return its output, or raise Unavailable if it fails."""
        process = self.run(command, cwd=cwd, stdin=stdin)
        if process.returncode:
            output = (process.stderr or process.stdout).strip()
            name = Path(command[0]).name
            raise Unavailable(f"{name} failed in {cwd} (as {self.name}): {output}")
        return process.stdout


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"The folder {folder} cannot be read: {error.strerror}."
        raise WrongAccount(message, hint="Set GRIDWARD_HOME to a folder of yours.") from None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account number {uid}"
