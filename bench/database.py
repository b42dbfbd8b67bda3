"""A temporary PostGIS server for a benchmark, and SQL scripts that fill its database."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from geo import db
from geo.postgres import embedded, migrations
from geo.settings import Settings


@contextmanager
def temporary_database() -> Iterator[Settings]:
    """Yield settings with an empty, migrated database in a temporary home folder."""
    home = Path(tempfile.mkdtemp(prefix="gw-bench-"))
    home.chmod(0o755)
    settings = Settings(home=home, database_url=None)
    try:
        engine = db.connect(embedded.up(settings))
        migrations.upgrade(engine)
        engine.dispose()
        yield settings
    finally:
        embedded.down(settings)
        shutil.rmtree(home)


def run_script(engine: Engine, script: str) -> None:
    """Execute SQL statements separated by semicolons in one transaction, then vacuum."""
    with engine.begin() as connection:
        for statement in script.split(";"):
            connection.execute(text(statement))
    vacuum(engine)


def vacuum(engine: Engine) -> None:
    """Run VACUUM ANALYZE, so that the query planner has statistics."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
