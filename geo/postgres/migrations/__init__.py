"""Alembic migrations of the database, applied one process at a time."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from geo.postgres import grants

_LOCK_ID = 2304


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@cache
def head_revision() -> str | None:
    """Return the newest migration."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current_revision(connection: Connection) -> str | None:
    """Return the last migration applied to this database, or None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade the database to a migration, in one transaction; waits for a concurrent upgrade.

    At the newest migration, also give the role of the service its privileges if the role exists.
    """
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_ID)))
        command.upgrade(_config(connection), revision)
        if current_revision(connection) == head_revision():
            grants.grant_to_service_role(connection)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Downgrade the database to a migration, in one transaction."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)
