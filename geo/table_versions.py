"""Versions of tables: equal versions mean equal contents. Caches are keyed by them.

A trigger adds a random token to `table_version` after every statement that writes to a table; the
sum of a table's tokens is its version. Another database never has the same versions.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.models import Base, Revision

SNAPSHOT_COLUMNS: Final = """
    (SELECT CAST(coalesce(json_object_agg(table_name, version ORDER BY table_name), '{}') AS text)
     FROM (SELECT table_name, CAST(sum(token) AS text) AS version FROM table_version
           WHERE table_name = ANY (:tables) GROUP BY table_name) AS versions) AS tables,
    (SELECT count(*) FROM revision WHERE effective_at <= :at) AS revisions
"""
"""The columns of a VersionSnapshot, to be selected along with other columns of a statement."""

_SELECT_SNAPSHOT = text(f"SELECT {SNAPSHOT_COLUMNS}")
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


def snapshot_params(tables: Iterable[type[Base]], at: datetime.datetime) -> dict[str, Any]:
    """Return the parameters of SNAPSHOT_COLUMNS."""
    return {"tables": [table.__tablename__ for table in tables], "at": at}


def read_snapshot(
    session: Session, tables: Iterable[type[Base]], at: datetime.datetime
) -> VersionSnapshot:
    """Return the versions of some tables, and how many revisions are in force at a time."""
    return VersionSnapshot(*session.execute(_SELECT_SNAPSHOT, snapshot_params(tables, at)).one())


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


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits that differ if any part does."""
    return blake2b("/".join(parts).encode(), digest_size=8).hexdigest()
