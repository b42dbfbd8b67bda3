"""Drop the indexes of an empty table during a load and build them once at the end."""

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
def rebuilt_after_load(connection: Connection, table: str) -> Iterator[bool]:
    """Yield whether the table is empty. If it is, drop its indexes and build them again at the end.

    Dropping an index locks the table, but an empty table has no readers to block. A failure rolls
    back the transaction, and with it the dropped indexes.
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
