"""Where a map page gets its data: frames embedded in the page, or URLs of the service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import geopandas as gpd

from maps.folium.style import LEVELS
from maps.pages.title_bar import TitleBar

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

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
"""The attributes that pages use, by layer: columns of a frame and properties of a tile alike.

Tiles of buildings have the periods of coverage instead of what is so on one day.
"""


@dataclass(frozen=True)
class EmbeddedData:
    """Frames in EPSG:4326 with the columns of COLUMNS, embedded in a page that works offline.

    The values of a missing column are unknown. `areas` contains every level, with or without the
    city.
    """

    areas: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    issues: gpd.GeoDataFrame | None = None
    backdrop: gpd.GeoDataFrame | None = None
    area: str | None = None
    """The code of the area that the page shows; None for the whole city."""
    timezone: str = field(kw_only=True)
    """The city's time zone, in which the page shows all times."""

    def frames(self) -> dict[str, gpd.GeoDataFrame]:
        """Return the frames that are present, by layer."""
        frames = {layer: getattr(self, layer) for layer in COLUMNS}
        return {layer: frame for layer, frame in frames.items() if frame is not None}

    @property
    def bounds(self) -> Bounds:
        """The bounds of the areas, or of the first frame with rows; those of China without any."""
        for layer in ("areas", "grids", "buildings", "issues"):
            frame = getattr(self, layer)
            if frame is not None and len(frame):
                west, south, east, north = frame.total_bounds
                return float(west), float(south), float(east), float(north)
        return 73.0, 18.0, 135.0, 54.0


@dataclass(frozen=True)
class TileSources:
    """The URLs and versions that a served page uses; the front end fills in `{…}` of a URL."""

    bounds: Bounds
    revision: int
    timezone: str = field(kw_only=True)
    """The city's time zone, in which the page shows all times."""
    tile_versions: Mapping[str, str] = field(default_factory=dict)
    """The version of each tile layer. A tile URL with a version can be cached without expiry."""
    at: datetime | None = None
    """The past timestamp that the page shows; None for now."""
    issue_counts: Sequence[Mapping[str, object]] = ()
    """Rows `{category, status, issues}` for the issues page."""
    first_day: date | None = None
    """The first day with records of property coverage; None if there are no records."""
    today: date | None = None
    """Today in the city, the last day that the page can show; None for the day of the page."""
    area: str | None = None
    """The code of the area that the page shows; None for the whole city."""
    city: str | None = None
    """The code of the only topmost area; None if there are several, or none."""
    levels: Sequence[str] = LEVELS
    """The administrative levels that have areas, and `grid`."""
    layers: Sequence[str] = tuple(COLUMNS)
    tile_url: str = "/tiles/{layer}/{z}/{x}/{y}.mvt"
    coverage_url: str = "/v1/property-coverage"
    coverage_changes_url: str = "/v1/property-coverage/changes"
    coverage_trend_url: str = "/v1/property-coverage/trend"
    history_url: str = "/v1/buildings/{code}/history"
    lookup_url: str = "/v1/lookup"
    issue_counts_url: str = "/v1/issues/counts"
    search_url: str = "/v1/search"
    list_urls: Mapping[str, str] = field(
        default_factory=lambda: {"buildings": "/v1/buildings", "issues": "/v1/issues"}
    )
    """The list routes by resource."""
    export_url: str = "/v1/exports/{subject}"
    """The routes that export whole lists and figures as files."""
    feature_urls: Mapping[str, str] = field(
        default_factory=lambda: {"area": "/v1/areas/{code}", "grid": "/v1/grids/{code}"}
    )
    """The routes that return a GeoJSON feature by kind, with or without a `bbox`."""
    title_bar: TitleBar = field(default_factory=TitleBar)
    """The account, and what links to other pages keep."""


def service_config(sources: TileSources) -> dict[str, Any]:
    """Return the sources as JSON for the front end."""
    query = f"on={{on}}&revision={sources.revision}"
    if sources.at is not None:
        query += f"&at={sources.at.isoformat().replace('+', '%2B')}"
    return {
        "tileUrl": sources.tile_url,
        "tileQuery": query,
        "tileVersions": dict(sources.tile_versions),
        "coverageUrl": sources.coverage_url,
        "coverageChangesUrl": sources.coverage_changes_url,
        "coverageTrendUrl": sources.coverage_trend_url,
        "historyUrl": sources.history_url,
        "lookupUrl": sources.lookup_url,
        "issueCountsUrl": sources.issue_counts_url,
        "searchUrl": sources.search_url,
        "listUrls": dict(sources.list_urls),
        "exportUrl": sources.export_url,
        "firstDay": None if sources.first_day is None else sources.first_day.isoformat(),
        "today": None if sources.today is None else sources.today.isoformat(),
        "featureUrls": dict(sources.feature_urls),
        "issueCounts": list(sources.issue_counts),
    }
