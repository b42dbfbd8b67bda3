"""Creates an embedded cluster: its folders, then its data, completely or not at all."""

import os
import secrets
from pathlib import Path
from stat import S_ISDIR

from geo.errors import Unavailable
from geo.postgres.embedded import binaries
from geo.postgres.embedded.database import OWNER
from geo.postgres.embedded.os_account import OsAccount, WrongAccount
from geo.postgres.embedded.paths import ClusterPaths


class HomeOutOfReach(WrongAccount):
    """The account that runs the server cannot enter the home."""

    code = "home_out_of_reach"


def create_home(paths: ClusterPaths, account: OsAccount) -> None:
    """Create the home and, in it, the folder that the server's account owns.

    Raises HomeOutOfReach, before it creates anything, if that account could not enter.
    """
    _require_reachable(paths, account)
    try:
        _create_with_parents(paths.home, 0o700 if account.uid == os.geteuid() else 0o711)
        paths.folder.mkdir(mode=0o700, exist_ok=True)
        if paths.folder.stat().st_uid != account.uid:
            os.chown(paths.folder, account.uid, account.gid)
    except OSError as error:
        message = f"The folder {paths.folder} cannot be created: {error.strerror}."
        raise Unavailable(message, hint="Set GRIDWARD_HOME to a folder of yours.") from None


def create_data(paths: ClusterPaths, account: OsAccount, pg_bin: Path | None) -> None:
    """Create the data folder unless it exists.

    It is renamed to `data` when complete, so an interruption never leaves half a cluster; the next
    call removes what it left.
    """
    if paths.data.exists():
        return
    bin = binaries.find(pg_bin)
    account.run_checked(["sh", "-c", "rm -rf unfinished-*"], cwd=paths.folder)
    unfinished = f"unfinished-{secrets.token_hex(4)}"
    account.run_checked(
        [bin / "initdb", "-D", unfinished, "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8",
         "--data-checksums", "--auth-local=peer", "--auth-host=reject", "--no-sync"],
        cwd=paths.folder,
    )  # fmt: skip
    account.run_checked(
        ["tee", "-a", "postgresql.conf"],
        cwd=paths.folder / unfinished,
        stdin="\n# Written at each start; ALTER SYSTEM overrides it.\ninclude = 'gridward.conf'\n",
    )
    account.run_checked([bin / "initdb", "--sync-only", "-D", unfinished], cwd=paths.folder)
    account.run_checked(["mv", unfinished, "data"], cwd=paths.folder)


def create_socket_folder(paths: ClusterPaths, account: OsAccount) -> None:
    """Create the socket folder; raises Unavailable if another account may enter it."""
    account.run_checked(["mkdir", "-p", "-m", "0700", paths.sockets, paths.log], cwd=paths.folder)
    status = paths.sockets.lstat()
    if status.st_uid != account.uid or not S_ISDIR(status.st_mode) or status.st_mode & 0o077:
        message = f"{paths.sockets} must be a folder that only {account.name} may enter."
        raise Unavailable(message, hint="Remove it, or set GRIDWARD_HOME to a shorter path.")


def _create_with_parents(folder: Path, mode: int) -> None:
    """Create a folder and its missing parents with one mode, whatever the umask."""
    if not folder.exists():
        _create_with_parents(folder.parent, mode)
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)


def _require_reachable(paths: ClusterPaths, account: OsAccount) -> None:
    for folder in (*reversed(paths.home.parents), paths.home):
        if folder.is_dir() and account.run(["test", "-x", folder], cwd=Path("/")).returncode:
            message = (
                f"PostgreSQL refuses to run as root, so the server runs as {account.name}, which"
                f" may not enter {folder}."
            )
            hint = (
                "Set GRIDWARD_HOME to a folder that it may enter, such as /var/lib/gridward,"
                " or run this as an ordinary user."
            )
            raise HomeOutOfReach(message, hint=hint)
