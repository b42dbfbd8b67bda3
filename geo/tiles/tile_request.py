"""What a tile is requested with."""

import datetime
from dataclasses import dataclass

from geo.models import Level
from geo.tiles.layers import Layer
from geo.tiles.tile_math import Tile


@dataclass(frozen=True)
class TileParams:
    """The date of property coverage, the timestamp of grids, and filters."""

    on: datetime.date
    at: datetime.datetime
    level: Level | None = None
    """The level of areas; by zoom if None."""
    since: datetime.datetime | None = None
    before: datetime.datetime | None = None
    """Only issues reported from `since` on and before `before`."""


@dataclass(frozen=True)
class TileRequest:
    """A tile of a layer, in a city's time zone."""

    layer: Layer
    tile: Tile
    params: TileParams
    timezone: str
