"""What can be had as tiles, from which zoom on, and from which tables."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from geo.models import (
    Area,
    Backdrop,
    Base,
    Building,
    Issue,
    Level,
    MicroGrid,
    PropertyCoverage,
)


class Layer(StrEnum):
    """What can be had as tiles."""

    AREAS = "areas"
    GRIDS = "grids"
    BUILDINGS = "buildings"
    ISSUES = "issues"
    BACKDROP = "backdrop"


@dataclass(frozen=True)
class Scene:
    """What a tile shows: a day for property coverage, a moment for grids, a rung of the areas."""

    on: datetime.date
    at: datetime.datetime
    level: Level | None = None
    """The level of the areas; by the zoom if left out."""
    since: datetime.datetime | None = None
    before: datetime.datetime | None = None
    """Of issues: those reported from a moment on, and before another."""


DRAWN_FROM: dict[Layer, tuple[type[Base], ...]] = {
    Layer.AREAS: (Area, Building, PropertyCoverage),
    Layer.GRIDS: (MicroGrid, Building, PropertyCoverage),
    Layer.BUILDINGS: (Building, PropertyCoverage),
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

NAMED_FROM = {Layer.GRIDS: 13}
"""The first zoom at which a layer's names come with it."""

TOLD_FROM = 15
"""The first zoom at which every issue is drawn; further out they are counted by square."""


def level_at(zoom: int) -> Level:
    """Return the rung of the hierarchy that fits a zoom."""
    return Level.DISTRICT if zoom < 10 else Level.SUBDISTRICT if zoom < 11 else Level.COMMUNITY
