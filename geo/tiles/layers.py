"""Tile layers: their source tables and zoom limits."""

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
    """A layer of vector tiles. Building counts are those of a day, by square."""

    AREAS = "areas"
    GRIDS = "grids"
    BUILDINGS = "buildings"
    BUILDING_COUNTS = "building_counts"
    ISSUES = "issues"
    BACKDROP = "backdrop"


SOURCE_TABLES: dict[Layer, tuple[type[Base], ...]] = {
    Layer.AREAS: (Area,),
    Layer.GRIDS: (MicroGrid,),
    Layer.BUILDINGS: (Building, PropertyCoverage),
    Layer.BUILDING_COUNTS: (Building, PropertyCoverage),
    Layer.ISSUES: (Issue, MicroGrid),
    Layer.BACKDROP: (Backdrop,),
}
"""The tables that a tile of each layer depends on, that of its geometries first."""

MIN_ZOOM = {
    Layer.AREAS: 0,
    Layer.BACKDROP: 10,
    Layer.GRIDS: 11,
    Layer.BUILDINGS: 13,
    Layer.BUILDING_COUNTS: 13,
    Layer.ISSUES: 10,
}
"""The first zoom at which a layer is not empty."""

LABELS_MIN_ZOOM = {Layer.GRIDS: 13}
"""The first zoom at which a layer has labels, if not all zooms."""

SINGLE_ISSUES_MIN_ZOOM = 15
"""The first zoom with a feature for every issue; lower zooms have clusters."""


def level_for_zoom(zoom: int) -> Level:
    """Return the administrative level that a zoom shows."""
    return Level.DISTRICT if zoom < 10 else Level.SUBDISTRICT if zoom < 11 else Level.COMMUNITY
