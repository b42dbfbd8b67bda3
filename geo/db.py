"""Connections to the register's database, whichever it is."""

from sqlalchemy import Engine, create_engine


def connect(url: str) -> Engine:
    """Return an engine that drops connections a restarted database has left dead.

    Every session speaks UTC, so a range or a moment reads the same on every machine.
    """
    return create_engine(
        url,
        pool_pre_ping=True,
        connect_args={
            "application_name": "gridward",
            "connect_timeout": 10,
            "options": "-c timezone=UTC",
        },
    )
