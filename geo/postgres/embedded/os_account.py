"""The account that runs the server: our own, or for root (whom PostgreSQL refuses) another one."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Unavailable
from geo.postgres.embedded.paths import ClusterPaths

FOR_ROOT = ("postgres", "nobody")
"""Accounts that run the server of root, best first; Debian's package makes `postgres`."""


class WrongAccount(Unavailable):
    """This account cannot run the private cluster of this home."""

    code = "wrong_account"


@dataclass(frozen=True)
class OsAccount:
    """An account of this machine, as which the server and all work on its files run."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, place: ClusterPaths) -> "OsAccount":
        """Return the account for a place: the owner of what is there, else the one to make it.

        Raises WrongAccount when what is there belongs to somebody else and we are not root.
        """
        me = os.geteuid()
        owner = _owner(place.folder)
        if me == 0:
            return cls._of_uid(owner) if owner else cls._for_root()
        if owner is not None and owner != me:
            message = f"The private database in {place.folder} belongs to {_name(owner)}."
            hint = f"Run this as {_name(owner)} or root, or set GRIDWARD_HOME to a folder of yours."
            raise WrongAccount(message, hint=hint)
        return cls._of_uid(me)

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
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        for name in FOR_ROOT:
            if name in known:
                return cls(name, known[name].pw_uid, known[name].pw_gid)
        message = "PostgreSQL refuses to run as root, and there is no account postgres or nobody."
        raise WrongAccount(message, hint="Add one (useradd --system postgres), or run as a user.")

    def run(
        self, command: Sequence[str | Path], *, cwd: Path, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account in `cwd`, with `text` as its input; return what it said."""
        drop = os.geteuid() == 0
        return subprocess.run(
            command,
            cwd=cwd,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            umask=0o077,
            user=self.uid if drop else None,
            group=self.gid if drop else None,
            extra_groups=() if drop else None,
        )

    def run_checked(self, command: Sequence[str | Path], *, cwd: Path, text: str = "") -> str:
        """Run a command as this account; return its output, raise Unavailable if it fails."""
        done = self.run(command, cwd=cwd, text=text)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            name = Path(command[0]).name
            raise Unavailable(f"{name} failed in {cwd} (as {self.name}): {said}")
        return done.stdout


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
