"""The names of the states that layers are in: equal names, equal tiles."""

import datetime
from functools import cache
from hashlib import blake2b
from importlib.metadata import version

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import moments
from geo.models import Base
from geo.tiles import DRAWN_FROM, Layer

_DRAWING = 3
"""To be raised with every change of how a tile is drawn."""

_REACHED = text("SELECT subject, sum(number)::text AS total FROM mark GROUP BY subject")
_AS_OF = text("""
SELECT (SELECT coalesce(json_object_agg(subject, total), '{}') FROM (
            SELECT subject, sum(number)::text AS total FROM mark WHERE subject = ANY (:subjects)
            GROUP BY subject) AS sums),
       (SELECT max(number) FROM revision WHERE effective_at <= :at)
""")


def of_layers(session: Session, timezone: str) -> dict[str, str]:
    """Return for each layer 16 hexadecimal digits that name the state it is in.

    A name depends on all that has been committed to the layer's tables, on the city's clock and on
    this version; the database's marks are random, so another register never has the same names.
    """
    reached = {row.subject: row.total for row in session.execute(_REACHED)}
    return {layer.value: _name(layer, reached, timezone) for layer in Layer}


def of_layer(
    session: Session, layer: Layer, timezone: str, at: datetime.datetime
) -> tuple[str, int | None]:
    """Return the name of a layer's state, and the newest revision in force at a moment."""
    subjects = [table.__tablename__ for table in DRAWN_FROM[layer]]
    reached, revision = session.execute(_AS_OF, {"subjects": subjects, "at": at}).one()
    return _name(layer, reached, timezone), revision


def of_tables(session: Session, *tables: type[Base]) -> str:
    """Return the name of the state that some tables are in together."""
    reached = {row.subject: row.total for row in session.execute(_REACHED)}
    return _digest(*(reached.get(table.__tablename__, "") for table in tables))


def ground(
    state: str, revision: int | None, on: datetime.date, at: datetime.datetime, timezone: str
) -> str:
    """Return a name of all that tallies of a day depend on; a day that is over has its grids."""
    settled = at + datetime.timedelta(microseconds=1) == moments.end_of(on, timezone)
    return f"{state}/{on}/{'' if settled else revision or 0}"


def _name(layer: Layer, reached: dict[str, str], timezone: str) -> str:
    tables = [reached.get(table.__tablename__, "") for table in DRAWN_FROM[layer]]
    return _digest(_version(), str(_DRAWING), timezone, layer, *tables)


def _digest(*told: str) -> str:
    return blake2b("/".join(told).encode(), digest_size=8).hexdigest()


@cache
def _version() -> str:
    return version("gridward")
