"""Versions of tables: equal versions mean equal contents. Caches are keyed by them.

A trigger adds a random token to `table_version` after every statement that writes to a table; the
sum of a table's tokens is its version. Another database never has the same versions.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo import city_time
from geo.models import Base, Revision

_SELECT_ALL = text("""
    SELECT table_name, CAST(sum(token) AS text) AS version FROM table_version GROUP BY table_name
""")


@dataclass(frozen=True)
class VersionSnapshot:
    """What a statement observed: equal if nothing was committed to its tables in between."""

    tables: str
    """The version of each table, as a JSON object."""
    revisions: int
    """How many revisions are in force at the requested time. The newest number would not do:
    a revision scheduled before the newest was published may come into force after it."""


@cache
def snapshot_columns(*tables: type[Base]) -> str:
    """Return SQL of the columns of a VersionSnapshot, to be selected with others of a statement.

    Its parameter `:at` is the requested time.
    """
    names = ", ".join(f"'{table.__tablename__}'" for table in tables)
    return f"""
    (SELECT CAST(coalesce(json_object_agg(table_name, version ORDER BY table_name), '{{}}') AS text)
     FROM (SELECT table_name, CAST(sum(token) AS text) AS version FROM table_version
           WHERE table_name IN ({names}) GROUP BY table_name) AS versions) AS tables,
    (SELECT count(*) FROM revision WHERE effective_at <= :at) AS revisions
"""


def read_snapshot(
    session: Session, tables: Iterable[type[Base]], at: datetime.datetime
) -> VersionSnapshot:
    """Return the versions of some tables, and how many revisions are in force at a time."""
    statement = text(f"SELECT {snapshot_columns(*tables)}")
    return VersionSnapshot(*session.execute(statement, {"at": at}).one())


def read_all(session: Session) -> dict[str, str]:
    """Return the version of every table, by table name."""
    return {row.table_name: row.version for row in session.execute(_SELECT_ALL)}


def read_combined(session: Session, *tables: type[Base]) -> str:
    """Return one version for several tables together."""
    return combine(read_all(session), tables)


def combine(versions: dict[str, str], tables: Iterable[type[Base]], *more: str) -> str:
    """Return a digest of the versions of some tables and of more strings."""
    return digest(*more, *(versions.get(table.__tablename__, "") for table in tables))


def count_revisions(session: Session, at: datetime.datetime) -> int:
    """Return how many revisions are in force at a time."""
    in_force = select(func.count()).select_from(Revision).where(Revision.effective_at <= at)
    return session.scalars(in_force).one()


def key_of_day(
    version: str, revisions: int, on: datetime.date, at: datetime.datetime, timezone: str
) -> str:
    """Return the cache key of what a version shows on a day, with so many revisions in force.

    The grids at the end of a day do not depend on later revisions, so its key omits their number.
    """
    is_end_of_day = at + datetime.timedelta(microseconds=1) == city_time.end_of_day(on, timezone)
    return f"{version}/{on}/{'' if is_end_of_day else revisions}"


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits that differ if any part does."""
    return blake2b("/".join(parts).encode(), digest_size=8).hexdigest()
