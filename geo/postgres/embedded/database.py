"""The database inside the private cluster, with the extensions it needs."""

import psycopg
from psycopg import sql

from geo.postgres.embedded.binaries import EXTENSIONS
from geo.postgres.embedded.paths import ClusterPaths

ROLE = "gridward"
NAME = "gridward"
PORT = 5432
"""Only the end of the socket's name: nothing listens on TCP."""


def ensure_database(place: ClusterPaths) -> None:
    """Make the database and its extensions unless they are there; the server must be running."""
    with _connect(place, "postgres") as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    with _connect(place, NAME) as connection:
        there = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        for name in EXTENSIONS:
            if name not in there:
                connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))


def _connect(place: ClusterPaths, name: str) -> "psycopg.Connection[tuple[str]]":
    return psycopg.connect(
        host=str(place.sockets), port=PORT, user=ROLE, dbname=name, autocommit=True
    )
