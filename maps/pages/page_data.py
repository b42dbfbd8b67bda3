"""What a page is drawn from: frames that it carries inside, or addresses that it asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import geopandas as gpd

from maps.folium.style import LEVELS

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

KINDS: Final = ("property-coverage", "grids", "issues")
"""The pages there are."""

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "backdrop": ("kind", "name"),
    "areas": (
        "code",
        "parent_code",
        "level",
        "name",
        "name_en",
        "buildings",
        "covered",
        "uncovered",
        "rate",
        "households",
        "covered_households",
    ),
    "grids": (
        "code",
        "name",
        "community_code",
        "buildings",
        "covered",
        "uncovered",
        "rate",
        "households",
        "covered_households",
    ),
    "buildings": (
        "code",
        "name",
        "address",
        "community_code",
        "neighborhood",
        "households",
        "floors",
        "built_year",
        "use",
        "covered",
        "manager",
        "manager_kind",
        "covered_since",
        "reason",
        "uncovered_since",
        "grid_code",
    ),
    "issues": (
        "ref",
        "category",
        "description",
        "status",
        "channel",
        "reported_at",
        "grid_code",
        "current_grid_code",
    ),
}
"""The attributes a page knows, by layer: columns of a frame and properties of a tile alike."""


@dataclass(frozen=True)
class EmbeddedData:
    """Frames in EPSG:4326 with the columns of COLUMNS; a page drawn from it needs nobody else.

    A column that is missing counts as unknown. Areas hold every level, the city included or not.
    """

    areas: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    issues: gpd.GeoDataFrame | None = None
    backdrop: gpd.GeoDataFrame | None = None
    area: str | None = None
    """The code of the area that the page is about, when it is not the whole city."""

    def frames(self) -> dict[str, gpd.GeoDataFrame]:
        """Return the frames that are there, by the name of their layer."""
        named = {name: getattr(self, name) for name in COLUMNS}
        return {name: frame for name, frame in named.items() if frame is not None}

    @property
    def bounds(self) -> Bounds:
        """The extent of the areas, or of the first frame that has any shape."""
        for name in ("areas", "grids", "buildings", "issues"):
            frame = getattr(self, name)
            if frame is not None and len(frame):
                west, south, east, north = frame.total_bounds
                return float(west), float(south), float(east), float(north)
        return 73.0, 18.0, 135.0, 54.0


@dataclass(frozen=True)
class TileSources:
    """Where a served page finds its features and figures; `{…}` are filled in by the page."""

    bounds: Bounds
    revision: int
    states: Mapping[str, str] = field(default_factory=dict)
    """By layer, the name of the state it is in: an address that holds it may be kept for good."""
    at: datetime | None = None
    """The moment asked for when it is not now."""
    issue_counts: Sequence[Mapping[str, object]] = ()
    """Rows `{category, status, issues}`, for the issues page."""
    area: str | None = None
    """The code of the area that the page is about, when it is not the whole city."""
    levels: Sequence[str] = LEVELS
    """The levels that there are areas of, and `grid`."""
    layers: Sequence[str] = tuple(COLUMNS)
    tiles: str = "/tiles/{layer}/{z}/{x}/{y}.mvt"
    coverage: str = "/v1/property-coverage"
    changes: str = "/v1/property-coverage/changes"
    history: str = "/v1/buildings/{code}/history"
    lookup: str = "/v1/lookup"
    counts: str = "/v1/issues/counts"
    search: str = "/v1/search"
    lists: Mapping[str, str] = field(
        default_factory=lambda: {"buildings": "/v1/buildings", "issues": "/v1/issues"}
    )
    """By what they list, the addresses that answer with files too."""
    most_listed: int = 1000
    """The most that one file of a list holds."""
    timezone: str = "UTC"
    """The zone whose days issues are counted by."""
    places: Mapping[str, str] = field(
        default_factory=lambda: {"area": "/v1/areas/{code}", "grid": "/v1/grids/{code}"}
    )
    """By kind, the address that answers with a GeoJSON feature, with or without a `bbox`."""
    pages: Mapping[str, str] = field(
        default_factory=lambda: {kind: f"/maps/{kind}" for kind in KINDS}
    )
    """By kind, the address of each page, for the links between them."""
