"""The database of the embedded cluster, its extensions and its roles."""

from time import monotonic, sleep
from typing import Final

import psycopg
from psycopg import sql

from geo.errors import Unavailable
from geo.postgres.embedded.binaries import EXTENSIONS
from geo.postgres.embedded.paths import ClusterPaths
from geo.postgres.grants import ROLE_SETTINGS, SERVICE_ROLE

OWNER: Final = "gridward"
"""Owns the database, migrates it and runs the commands; a superuser, as initdb creates it."""
NAME: Final = "gridward"
PORT: Final = 5432
"""Only part of the socket's file name: the server does not listen on TCP."""
_RELOAD_TIMEOUT_S = 10.0
_HAS_LOADED_CONFIG: Final = """
    SELECT EXISTS (SELECT FROM pg_hba_file_rules WHERE %s = ANY (user_name))
        AND (pg_stat_file(current_setting('hba_file'))).modification <= pg_conf_load_time()
"""


def ensure_database(paths: ClusterPaths) -> None:
    """Create the database, its extensions and the service role unless they exist.

    The server must be running.
    """
    with _connect(paths, "postgres") as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    with _connect(paths, NAME) as connection:
        installed = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        for name in EXTENSIONS:
            if name not in installed:
                connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        query = "SELECT FROM pg_roles WHERE rolname = %s"
        if not connection.execute(query, [SERVICE_ROLE]).rowcount:
            _create_service_role(connection)


def has_loaded_config(paths: ClusterPaths) -> bool:
    """Return whether the server has read a configuration that admits the service role.

    A server that an older version has started has not, nor has one whose `up` was interrupted
    after it had written the files.
    """
    with _connect(paths, NAME) as connection:
        row = connection.execute(_HAS_LOADED_CONFIG, [SERVICE_ROLE]).fetchone()
    return row is not None and bool(row[0])


def reload_config(paths: ClusterPaths) -> None:
    """Make the server read its configuration, and wait until it admits the service role."""
    with _connect(paths, NAME) as connection:
        connection.execute("SELECT pg_reload_conf()")
    deadline = monotonic() + _RELOAD_TIMEOUT_S
    while True:
        try:
            _connect(paths, NAME, SERVICE_ROLE).close()
        except psycopg.OperationalError as error:
            if monotonic() > deadline:
                raise Unavailable(f"The private server refuses {SERVICE_ROLE}: {error}") from None
            sleep(0.02)
        else:
            return


def _create_service_role(connection: "psycopg.Connection[tuple[str]]") -> None:
    role = sql.Identifier(SERVICE_ROLE)
    statements: list[sql.SQL | sql.Composed] = [
        sql.SQL("CREATE ROLE {} LOGIN").format(role),
        sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(NAME)),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
    ]
    for name, value in ROLE_SETTINGS.items():
        names = (role, sql.Identifier(name), sql.Literal(value))
        statements.append(sql.SQL("ALTER ROLE {} SET {} = {}").format(*names))
    with connection.transaction():
        for statement in statements:
            connection.execute(statement)


def _connect(paths: ClusterPaths, name: str, role: str = OWNER) -> "psycopg.Connection[tuple[str]]":
    return psycopg.connect(
        host=str(paths.sockets), port=PORT, user=role, dbname=name, autocommit=True
    )
