"""`python -m geo.postgres.migrations.check`: do the migrations lead to exactly what the models say?"""

import sys

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

from geo import db
from geo.models import Base
from geo.postgres import embedded, migrations
from geo.settings import Settings

_SCRATCH = "gridward_migration_check"


def differences(connection: Connection) -> list[object]:
    """Return what autogenerate would still change in a migrated database; nothing is right."""
    context = MigrationContext.configure(
        connection, opts={"include_object": alembic_helpers.include_object, "compare_type": True}
    )
    return list(compare_metadata(context, Base.metadata))


def main() -> int:
    """Migrate a scratch database, compare it, drop it; return the exit code."""
    url = embedded.database_url(Settings())
    keeper = db.connect(url).execution_options(isolation_level="AUTOCOMMIT")
    with keeper.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {_SCRATCH}"))
        connection.execute(text(f"CREATE DATABASE {_SCRATCH}"))
        scratch = db.connect(str(keeper.url.set(database=_SCRATCH).render_as_string(False)))
        try:
            migrations.upgrade(scratch)
            with scratch.connect() as migrated:
                found = differences(migrated)
        finally:
            scratch.dispose()
            connection.execute(text(f"DROP DATABASE {_SCRATCH}"))
    keeper.dispose()
    for difference in found:
        print("models and migrations differ:", difference, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
