"""The indexes of a table that is filled from empty: built once at the end, not row by row."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

_SECONDARY = text("""
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index
    WHERE indrelid = CAST(:name AS regclass)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY name
""")


@contextmanager
def rebuilt(connection: Connection, table: str) -> Iterator[bool]:
    """Yield whether the table is empty; if so it is filled without its indexes, then gets them.

    Nobody waits for the lock that this takes: there is nothing to read in an empty table. What
    happens inside is one transaction, so after a failure the indexes are as they were.
    """
    is_empty = connection.exec_driver_sql(f"SELECT NOT EXISTS (SELECT FROM {table})").scalar_one()
    dropped = connection.execute(_SECONDARY, {"name": table}).all() if is_empty else []
    for index in dropped:
        connection.exec_driver_sql(f"DROP INDEX {index.name}")
    yield bool(is_empty)
    for index in dropped:
        connection.exec_driver_sql(index.definition)
    if is_empty:
        connection.exec_driver_sql(f"ANALYZE {table}")
