"""The names of the states that layers are in: equal names, equal tiles."""

import datetime
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.metadata import version
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo import city_time
from geo.models import Base, Revision
from geo.tiles.layers import DRAWN_FROM, Layer

_DRAWING = 8
"""To be raised with every change of how a tile is drawn."""

SEEN: Final = """
    (SELECT CAST(coalesce(json_object_agg(subject, total ORDER BY subject), '{}') AS text) FROM (
        SELECT subject, CAST(sum(number) AS text) AS total FROM mark
        WHERE subject = ANY (:subjects) GROUP BY subject) AS sums) AS reached,
    (SELECT count(*) FROM revision WHERE effective_at <= :at) AS revisions
"""
"""SQL of what a statement sees of some tables and of the revisions, to be told with its rows."""

_REACHED = text("SELECT subject, sum(number)::text AS total FROM mark GROUP BY subject")
_AS_OF = text(f"SELECT {SEEN}")


@dataclass(frozen=True)
class Seen:
    """What a statement saw: equal if nothing that a layer is drawn from was committed between."""

    reached: str
    revisions: int
    """How many are in force at the moment asked about: one that was scheduled before the newest
    was published may come into force after it, and only their number tells."""


def asked(layer: Layer, at: datetime.datetime) -> dict[str, Any]:
    """Return what SEEN binds."""
    return {"subjects": [table.__tablename__ for table in DRAWN_FROM[layer]], "at": at}


@lru_cache(maxsize=256)
def name(layer: Layer, seen: Seen, timezone: str) -> str:
    """Return the name of the state in which a layer was seen."""
    return _name(layer, json.loads(seen.reached), timezone)


@lru_cache(maxsize=256)
def of_places(layer: Layer, seen: Seen) -> str:
    """Return a name of all that the places of a layer depend on, whatever is told of them."""
    table = DRAWN_FROM[layer][0].__tablename__
    return f"{layer}/{json.loads(seen.reached).get(table)}/{seen.revisions}"


def of_layers(session: Session, timezone: str) -> dict[str, str]:
    """Return for each layer 16 hexadecimal digits that name the state it is in.

    A name depends on all that has been committed to the layer's tables, on the city's clock and on
    this version; the database's marks are random, so another register never has the same names.
    """
    reached = {row.subject: row.total for row in session.execute(_REACHED)}
    return {layer.value: _name(layer, reached, timezone) for layer in Layer}


def of_layer(
    session: Session, layer: Layer, timezone: str, at: datetime.datetime
) -> tuple[str, int]:
    """Return the name of a layer's state, and how many revisions are in force at a moment."""
    told = Seen(*session.execute(_AS_OF, asked(layer, at)).one())
    return name(layer, told, timezone), told.revisions


def revisions_at(session: Session, at: datetime.datetime) -> int:
    """Return how many revisions are in force at a moment."""
    in_force = select(func.count()).select_from(Revision).where(Revision.effective_at <= at)
    return session.scalars(in_force).one()


def of_tables(session: Session, *tables: type[Base]) -> str:
    """Return the name of the state that some tables are in together."""
    reached = {row.subject: row.total for row in session.execute(_REACHED)}
    return _digest(*(reached.get(table.__tablename__, "") for table in tables))


def ground(
    state: str, revisions: int, on: datetime.date, at: datetime.datetime, timezone: str
) -> str:
    """Return a name of all that tallies of a day depend on; a day that is over has its grids."""
    settled = at + datetime.timedelta(microseconds=1) == city_time.end_of(on, timezone)
    return f"{state}/{on}/{'' if settled else revisions}"


def _name(layer: Layer, reached: dict[str, str], timezone: str) -> str:
    tables = [reached.get(table.__tablename__, "") for table in DRAWN_FROM[layer]]
    return _digest(_version(), str(_DRAWING), timezone, layer, *tables)


def _digest(*told: str) -> str:
    return blake2b("/".join(told).encode(), digest_size=8).hexdigest()


@cache
def _version() -> str:
    return version("gridward")
