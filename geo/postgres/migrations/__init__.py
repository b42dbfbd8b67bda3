"""The steps that bring a database to the shape of the models, and how to walk them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

_ONE_AT_A_TIME = 2304


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head_revision() -> str | None:
    """Return the last step there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current_revision(connection: Connection) -> str | None:
    """Return the step this database stands at, or None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, step: str = "head") -> None:
    """Bring the database up to `step`, in one transaction; a second caller waits for the first."""
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
        command.upgrade(_config(connection), step)


def downgrade(engine: Engine, step: str = "base") -> None:
    """Take the database back to `step`, in one transaction."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), step)
