"""Configuration files of the embedded server: settings and client authentication."""

import os
import pwd

from geo.postgres.embedded.database import OWNER, PORT
from geo.postgres.embedded.os_account import OsAccount
from geo.postgres.embedded.paths import ClusterPaths
from geo.postgres.grants import SERVICE_ROLE

MIB = 1024 * 1024


def write_config(paths: ClusterPaths, account: OsAccount) -> None:
    """Write the settings, and admit the operating system accounts of the server and of root."""
    roles = (OWNER, SERVICE_ROLE)
    files = {
        "gridward.conf": _settings(paths),
        "pg_hba.conf": "".join(f"local all {role} peer map=gridward\n" for role in roles),
        "pg_ident.conf": "".join(
            f'gridward "{name}" {role}\n'
            for name in (account.name, pwd.getpwuid(0).pw_name)
            for role in roles
        ),
    }
    for name, content in files.items():
        account.run_checked(["tee", name], cwd=paths.data, stdin=content)


def _settings(paths: ClusterPaths) -> str:
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MIB
    values = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": f'"{paths.sockets}"',
        "unix_socket_permissions": "0700",
        "shared_buffers": f"{min(memory_mb // 8, 2048)}MB",
        "effective_cache_size": f"{memory_mb // 2}MB",
        "maintenance_work_mem": f"{min(memory_mb // 24, 1024)}MB",
        "work_mem": f"{max(min(memory_mb // 512, 64), 4)}MB",
        # /dev/shm is tiny in containers, and systemd empties it when a user logs out: parallel
        # queries take their memory from the main shared memory segment first, then from files.
        "min_dynamic_shared_memory": f"{min(memory_mb // 64, 256)}MB",
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
