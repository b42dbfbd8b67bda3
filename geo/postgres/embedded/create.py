"""Make a private cluster: its folders, then its data, complete or not at all."""

import os
import secrets
from pathlib import Path
from stat import S_ISDIR

from geo.errors import Unavailable
from geo.postgres.embedded import binaries
from geo.postgres.embedded.database import ROLE
from geo.postgres.embedded.os_account import OsAccount, WrongAccount
from geo.postgres.embedded.paths import ClusterPaths


class HomeOutOfReach(WrongAccount):
    """The account that runs the server cannot enter the home."""

    code = "home_out_of_reach"


def create_home(place: ClusterPaths, account: OsAccount) -> None:
    """Make the home and, in it, the folder that belongs to the account of the server.

    Raises HomeOutOfReach, before anything is made, where that account could not enter.
    """
    _refuse_unreachable(place, account)
    try:
        _make_missing(place.home, 0o700 if account.uid == os.geteuid() else 0o711)
        place.folder.mkdir(mode=0o700, exist_ok=True)
        if place.folder.stat().st_uid != account.uid:
            os.chown(place.folder, account.uid, account.gid)
    except OSError as error:
        message = f"The folder {place.folder} cannot be made: {error.strerror}."
        raise Unavailable(message, hint="Set GRIDWARD_HOME to a folder of yours.") from None


def create_data(place: ClusterPaths, account: OsAccount, pg_bin: Path | None) -> None:
    """Make the data folder unless it is there.

    It is made under another name and renamed when complete, so an interruption leaves rubbish
    (removed the next time) but never half a cluster.
    """
    if place.data.exists():
        return
    bin = binaries.find(pg_bin)
    account.run_checked(["sh", "-c", "rm -rf unfinished-*"], cwd=place.folder)
    unfinished = f"unfinished-{secrets.token_hex(4)}"
    account.run_checked(
        [bin / "initdb", "-D", unfinished, "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8",
         "--data-checksums", "--auth-local=peer", "--auth-host=reject", "--no-sync"],
        cwd=place.folder,
    )  # fmt: skip
    account.run_checked(
        ["tee", "-a", "postgresql.conf"],
        cwd=place.folder / unfinished,
        text="\n# Written at each start; ALTER SYSTEM overrides it.\ninclude = 'gridward.conf'\n",
    )
    account.run_checked([bin / "initdb", "--sync-only", "-D", unfinished], cwd=place.folder)
    account.run_checked(["mv", unfinished, "data"], cwd=place.folder)


def create_socket_folder(place: ClusterPaths, account: OsAccount) -> None:
    """Make the folder of the socket; raises Unavailable when somebody else took its name."""
    account.run_checked(["mkdir", "-p", "-m", "0700", place.sockets, place.log], cwd=place.folder)
    found = place.sockets.lstat()
    if found.st_uid != account.uid or not S_ISDIR(found.st_mode) or found.st_mode & 0o077:
        message = f"{place.sockets} should be a folder that only {account.name} may enter."
        raise Unavailable(message, hint="Remove it, or set GRIDWARD_HOME to a shorter path.")


def _make_missing(folder: Path, mode: int) -> None:
    """Make a folder and its missing parents with one mode, whatever the umask."""
    if not folder.exists():
        _make_missing(folder.parent, mode)
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)


def _refuse_unreachable(place: ClusterPaths, account: OsAccount) -> None:
    for step in (*reversed(place.home.parents), place.home):
        if step.is_dir() and account.run(["test", "-x", step], cwd=Path("/")).returncode:
            message = (
                f"The server runs as the account {account.name}, because PostgreSQL refuses root,"
                f" and {account.name} may not enter {step}."
            )
            hint = (
                "Set GRIDWARD_HOME to a folder it can reach, such as /var/lib/gridward,"
                " or run this as an ordinary user."
            )
            raise HomeOutOfReach(message, hint=hint)
