"""What the private server is told: its settings, and who may connect."""

import os
import pwd

from geo.postgres.embedded.database import PORT, ROLE
from geo.postgres.embedded.os_account import OsAccount
from geo.postgres.embedded.paths import ClusterPaths

MIB = 1024 * 1024


def write_config(place: ClusterPaths, account: OsAccount) -> None:
    """Write the settings and who may connect: the account of the server, and root."""
    files = {
        "gridward.conf": _settings(place),
        "pg_hba.conf": f"local all {ROLE} peer map=gridward\n",
        "pg_ident.conf": "".join(
            f'gridward "{name}" {ROLE}\n' for name in (account.name, pwd.getpwuid(0).pw_name)
        ),
    }
    for name, text in files.items():
        account.run_checked(["tee", name], cwd=place.data, text=text)


def _settings(place: ClusterPaths) -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MIB
    values = {
        "listen_addresses": "",
        "port": PORT,
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
