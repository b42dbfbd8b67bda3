"""The database of the embedded cluster, and its extensions."""

import psycopg
from psycopg import sql

from geo.postgres.embedded.binaries import EXTENSIONS
from geo.postgres.embedded.paths import ClusterPaths

ROLE = "gridward"
NAME = "gridward"
PORT = 5432
"""Only part of the socket's file name: the server does not listen on TCP."""


def ensure_database(paths: ClusterPaths) -> None:
    """Create the database and its extensions unless they exist; the server must be running."""
    with _connect(paths, "postgres") as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    with _connect(paths, NAME) as connection:
        installed = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        for name in EXTENSIONS:
            if name not in installed:
                connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))


def _connect(paths: ClusterPaths, name: str) -> "psycopg.Connection[tuple[str]]":
    return psycopg.connect(
        host=str(paths.sockets), port=PORT, user=ROLE, dbname=name, autocommit=True
    )
