"""Make a private cluster: its folders, then its data, complete or not at all."""

import os
import pwd
import secrets
from pathlib import Path
from stat import S_ISDIR

from geo.cluster import binaries
from geo.cluster.account import Account, WrongAccount
from geo.cluster.database import ROLE
from geo.cluster.place import Place
from geo.errors import Unavailable

MIB = 1024 * 1024


class HomeOutOfReach(WrongAccount):
    """The account that runs the server cannot enter the home."""

    code = "home_out_of_reach"


def folder(place: Place, account: Account) -> None:
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


def data(place: Place, account: Account, pg_bin: Path | None) -> None:
    """Make the data folder unless it is there.

    It is made under another name and renamed when complete, so an interruption leaves rubbish
    (removed the next time) but never half a cluster.
    """
    if place.data.exists():
        return
    bin = binaries.find(pg_bin)
    account.do(["sh", "-c", "rm -rf unfinished-*"], cwd=place.folder)
    unfinished = f"unfinished-{secrets.token_hex(4)}"
    account.do(
        [bin / "initdb", "-D", unfinished, "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8",
         "--data-checksums", "--auth-local=peer", "--auth-host=reject"],
        cwd=place.folder,
    )  # fmt: skip
    account.do(
        ["tee", "-a", "postgresql.conf"],
        cwd=place.folder / unfinished,
        text="\n# Written anew at each start; ALTER SYSTEM overrides it.\ninclude = 'gridward.conf'\n",
    )
    account.do(["mv", unfinished, "data"], cwd=place.folder)


def settings(place: Place, account: Account) -> None:
    """Write the server's settings and who may connect: the account of the server, and root."""
    files = {
        "gridward.conf": _conf(place),
        "pg_hba.conf": f"local all {ROLE} peer map=gridward\n",
        "pg_ident.conf": "".join(
            f'gridward "{name}" {ROLE}\n' for name in (account.name, pwd.getpwuid(0).pw_name)
        ),
    }
    for name, text in files.items():
        account.do(["tee", name], cwd=place.data, text=text)


def sockets(place: Place, account: Account) -> None:
    """Make the folder of the socket; raises Unavailable when somebody else took its name."""
    account.do(["mkdir", "-p", "-m", "0700", place.sockets, place.log], cwd=place.folder)
    found = place.sockets.lstat()
    if found.st_uid != account.uid or not S_ISDIR(found.st_mode) or found.st_mode & 0o077:
        message = f"{place.sockets} should be a folder that only {account.name} may enter."
        raise Unavailable(message, hint="Remove it, or set GRIDWARD_HOME to a shorter path.")


def _conf(place: Place) -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MIB
    values = {
        "listen_addresses": "",
        "port": 5432,
        "unix_socket_directories": f'"{place.sockets}"',
        "unix_socket_permissions": "0700",
        "shared_buffers": f"{min(memory // 8, 2048)}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "maintenance_work_mem": f"{min(memory // 24, 1024)}MB",
        "work_mem": f"{max(min(memory // 512, 64), 4)}MB",
        # /dev/shm is tiny in containers, and systemd empties it when a user logs out:
        # parallel queries get their memory from the main block first, then from files.
        "min_dynamic_shared_memory": f"{min(memory // 64, 256)}MB",
        "dynamic_shared_memory_type": "mmap",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": 1.1,
        "jit": "off",
        "fsync": "on",
        "autovacuum": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": "../log",
        "log_filename": "%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": 0,
        "log_truncate_on_rotation": "on",
        "log_line_prefix": "%m [%p] ",
    }
    return "".join(f"{name} = '{value}'\n" for name, value in values.items())


def _make_missing(folder: Path, mode: int) -> None:
    """Make a folder and its missing parents with one mode, whatever the umask."""
    if not folder.exists():
        _make_missing(folder.parent, mode)
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)


def _refuse_unreachable(place: Place, account: Account) -> None:
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
