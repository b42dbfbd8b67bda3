"""`python -m geo.postgres.migrations.check`: compare the migrations with the models."""

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
    """Return what autogenerate would change in a migrated database: nothing if all is well."""
    context = MigrationContext.configure(
        connection, opts={"include_object": alembic_helpers.include_object, "compare_type": True}
    )
    return list(compare_metadata(context, Base.metadata))


def main() -> int:
    """Migrate a scratch database, compare it with the models, drop it; return the exit code."""
    url = embedded.database_url(Settings())
    admin_engine = db.connect(url).execution_options(isolation_level="AUTOCOMMIT")
    with admin_engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {_SCRATCH}"))
        connection.execute(text(f"CREATE DATABASE {_SCRATCH}"))
        scratch_url = admin_engine.url.set(database=_SCRATCH)
        scratch_engine = db.connect(scratch_url.render_as_string(hide_password=False))
        try:
            migrations.upgrade(scratch_engine)
            with scratch_engine.connect() as scratch:
                changes = differences(scratch)
        finally:
            scratch_engine.dispose()
            connection.execute(text(f"DROP DATABASE {_SCRATCH}"))
    admin_engine.dispose()
    for difference in changes:
        print("models and migrations differ:", difference, file=sys.stderr)
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
