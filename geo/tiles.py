"""Vector tiles, written by PostGIS, with the attributes that maps style and popups show."""

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, literal_column, null, select, union_all
from sqlalchemy.orm import Session

from geo import backdrop, buildings, issues, property_coverage
from geo.errors import Invalid
from geo.features import Box, Features, Statement, in_box
from geo.models import (
    Area,
    Backdrop,
    Base,
    Building,
    Issue,
    Level,
    Manager,
    MicroGrid,
    Neighborhood,
    PropertyCoverage,
)
from geo.property_coverage import Grouping

EXTENT = 4096
"""Units along a tile's side."""
MARGIN = 64
"""Units drawn beyond each side, so that lines do not end at the seam."""
DEEPEST = 24
WEB_MERCATOR = 3857


class BadTile(Invalid):
    """The tile lies outside the pyramid."""

    code = "bad_tile"


class Layer(StrEnum):
    """What can be had as tiles."""

    AREAS = "areas"
    GRIDS = "grids"
    BUILDINGS = "buildings"
    ISSUES = "issues"
    BACKDROP = "backdrop"


@dataclass(frozen=True)
class Tile:
    """A square of the Web Mercator pyramid; `y` counts from the north."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= DEEPEST:
            raise BadTile(f"Zoom {self.z} is outside 0 to {DEEPEST}.")
        if not (0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z):
            raise BadTile(
                f"Tile {self.z}/{self.x}/{self.y}: x and y run from 0 to {2**self.z - 1}."
            )

    def box(self) -> Box:
        """Return the tile with its margin as west, south, east, north in degrees."""
        margin = MARGIN / EXTENT
        west, north = _degrees(self.x - margin, self.y - margin, self.z)
        east, south = _degrees(self.x + 1 + margin, self.y + 1 + margin, self.z)
        return west, south, east, north


@dataclass(frozen=True)
class Scene:
    """What a tile shows: a day for property coverage, a moment for grids, a rung of the areas."""

    on: datetime.date
    at: datetime.datetime
    level: Level | None = None
    """The level of the areas; by the zoom if left out."""


_LABELLED = frozenset({Layer.AREAS, Layer.GRIDS})

DRAWN_FROM: dict[Layer, tuple[type[Base], ...]] = {
    Layer.AREAS: (Area, Building, PropertyCoverage),
    Layer.GRIDS: (MicroGrid, Building, PropertyCoverage),
    Layer.BUILDINGS: (Building, PropertyCoverage, Manager, Neighborhood, MicroGrid),
    Layer.ISSUES: (Issue, MicroGrid),
    Layer.BACKDROP: (Backdrop,),
}
"""The tables behind each layer: beside them a tile depends on its scene alone."""

SHALLOWEST = {
    Layer.AREAS: 0,
    Layer.BACKDROP: 10,
    Layer.GRIDS: 11,
    Layer.BUILDINGS: 13,
    Layer.ISSUES: 10,
}
"""The first zoom at which a layer has anything: further out it would be a blot."""


def level_at(zoom: int) -> Level:
    """Return the rung of the hierarchy that fits a zoom."""
    return Level.DISTRICT if zoom < 10 else Level.SUBDISTRICT if zoom < 11 else Level.COMMUNITY


def draw(session: Session, layer: Layer, tile: Tile, scene: Scene) -> bytes:
    """Return a layer's tile as MVT; empty where it shows nothing.

    Areas and grids bring a second layer, `…_labels`: a point for each, in the one tile it lies in,
    so that a name is written once however many tiles its ground spreads over.
    """
    if tile.z < SHALLOWEST[layer]:
        return b""
    asked = _FEATURES[layer](tile, scene)
    drawn = _encoded(session, layer.value, asked.statement, tile, MARGIN)
    if layer in _LABELLED:
        drawn += _encoded(session, f"{layer}_labels", _anchored(asked, tile), tile, 0)
    return drawn


def _encoded(session: Session, name: str, statement: Statement, tile: Tile, margin: int) -> bytes:
    feature = statement.subquery("feature")
    square = func.ST_TileEnvelope(tile.z, tile.x, tile.y)
    placed = func.ST_Transform(feature.c.geom, WEB_MERCATOR)
    shown = select(
        *(column for column in feature.c if column.key != "geom"),
        func.ST_AsMVTGeom(placed, square, EXTENT, margin).label("geom"),
    ).subquery("shown")
    drawn = select(func.ST_AsMVT(literal_column("shown"), name, EXTENT, "geom"))
    return bytes(session.scalar(drawn.select_from(shown).where(shown.c.geom.is_not(None))) or b"")


def _anchored(asked: Features, tile: Tile) -> Statement:
    """Return the features whose point on surface lies in a tile, as those points.

    A tile has its western and northern side, its neighbours the others.
    """
    shape = asked.statement.subquery("shape")
    anchor = select(
        *(column for column in shape.c if column.key != "geom"),
        func.ST_PointOnSurface(shape.c.geom).label("geom"),
    ).subquery("anchor")
    west, north = _degrees(tile.x, tile.y, tile.z)
    east, south = _degrees(tile.x + 1, tile.y + 1, tile.z)
    lon, lat = func.ST_X(anchor.c.geom), func.ST_Y(anchor.c.geom)
    return select(anchor).where(lon >= west, lon < east, lat <= north, lat > south)


def _tallied(grouping: Grouping, tile: Tile, scene: Scene) -> Features:
    return property_coverage.facts(grouping, on=scene.on, at=scene.at, box=tile.box())


def _areas(tile: Tile, scene: Scene) -> Features:
    """Return the areas of one level with their tallies, and those above it as outlines alone."""
    level = scene.level or level_at(tile.z)
    tallied = _tallied(Grouping(level.value), tile, scene).statement
    above = [rung for rung in Level if list(Level).index(rung) < list(Level).index(level)]
    known = {column.key: column for column in Area.__table__.columns}
    outlines = select(
        *(
            known[column.key] if column.key in known else null().label(column.key)
            for column in tallied.selected_columns
        )
    ).where(Area.level.in_(above), in_box(Area.geom, tile.box()))
    every = union_all(tallied, outlines).subquery("area")
    return Features(select(every))


_FEATURES: dict[Layer, Callable[[Tile, Scene], Features]] = {
    Layer.AREAS: _areas,
    Layer.GRIDS: lambda tile, scene: _tallied(Grouping.GRID, tile, scene),
    Layer.BUILDINGS: lambda tile, scene: buildings.facts(on=scene.on, at=scene.at, box=tile.box()),
    Layer.ISSUES: lambda tile, scene: issues.facts(at=scene.at, box=tile.box()),
    Layer.BACKDROP: lambda tile, _: backdrop.facts(tile.box()),
}


def _degrees(x: float, y: float, zoom: int) -> tuple[float, float]:
    """Return longitude and latitude of a place in the pyramid."""
    side = 1 << zoom
    lon = x / side * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / side))))
    return lon, lat
