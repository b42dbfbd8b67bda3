"""The names of the states that layers are in: equal names, equal tiles."""

from hashlib import blake2b
from importlib.metadata import version

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import Mark
from geo.tiles import DRAWN_FROM, Layer

_DRAWING = 1
"""To be raised with every change of how a tile is drawn."""


def of_layers(session: Session, timezone: str) -> dict[str, str]:
    """Return for each layer 16 hexadecimal digits that name the state it is in.

    A name depends on all that has been committed to the layer's tables, on the city's clock and on
    this version; the database's marks are random, so another register never has the same names.
    """
    sums = select(Mark.subject, func.sum(Mark.number)).group_by(Mark.subject)
    reached = {subject: str(total) for subject, total in session.execute(sums)}
    return {layer.value: _name(layer, reached, timezone) for layer in Layer}


def _name(layer: Layer, reached: dict[str, str], timezone: str) -> str:
    tables = [reached.get(table.__tablename__, "") for table in DRAWN_FROM[layer]]
    told = "/".join((version("gridward"), str(_DRAWING), timezone, layer, *tables))
    return blake2b(told.encode(), digest_size=8).hexdigest()
