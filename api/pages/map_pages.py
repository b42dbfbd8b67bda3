"""Map pages with their data: frames for a standalone page, tile URLs for a served page."""

import datetime
from dataclasses import dataclass, field
from enum import StrEnum

import geopandas
import pandas as pd
from sqlalchemy.orm import Session

import maps.pages.map_pages
from data.exporting import export
from geo import areas, backdrop, buildings, city_time, issues, table_versions
from geo import bounds as geo_bounds
from geo.coverage import figures
from geo.coverage.figures import CoverageQuery, Grouping
from geo.errors import NotFound
from geo.models import Level
from geo.settings import Language, Settings
from geo.tiles import versions
from maps.folium.basemap import Basemap
from maps.pages.map_pages import EmbeddedData, RenderedPage, TileSources
from maps.pages.title_bar import TitleBar


class MapSubject(StrEnum):
    """The subject of a map page."""

    PROPERTY_COVERAGE = "property-coverage"
    GRIDS = "grids"
    ISSUES = "issues"


class NothingToShow(NotFound):
    """The map is empty."""

    code = "nothing_to_show"


@dataclass(frozen=True)
class MapView:
    """The day of a map, the moment whose grids it shows, and its area; None is the whole city."""

    on: datetime.date
    at: datetime.datetime
    area: str | None = None
    title_bar: TitleBar = field(default_factory=TitleBar)
    """That of a served page."""


_RENDERERS = {
    MapSubject.PROPERTY_COVERAGE: maps.pages.map_pages.render_property_coverage,
    MapSubject.GRIDS: maps.pages.map_pages.render_grids,
    MapSubject.ISSUES: maps.pages.map_pages.render_issues,
}


def render_served_page(
    session: Session,
    subject: MapSubject,
    view: MapView,
    first_day: datetime.date | None,
    settings: Settings,
    language: Language,
) -> RenderedPage:
    """Return a page that loads tiles and data from this service. Raises NothingToShow.

    `first_day` is the first day with records of property coverage.
    """
    bounds = geo_bounds.compute_bounds(session, view.area)
    if bounds is None:
        raise nothing_to_show(view.area)
    counts = (
        issues.count_by_category(session, area_code=view.area)
        if subject is MapSubject.ISSUES
        else []
    )
    source = TileSources(
        bounds=bounds,
        revision=table_versions.count_revisions(session, view.at),
        tile_versions=versions.read_layer_versions(session, settings.timezone),
        issue_counts=counts,
        first_day=first_day,
        today=city_time.today(settings.timezone),
        area=view.area,
        city=areas.find_city(session),
        levels=[*areas.list_levels(session, view.area), "grid"],
        timezone=settings.timezone,
        title_bar=view.title_bar,
    )
    return _render(session, subject, source, view, settings, language)


def render_standalone_page(
    session: Session, subject: MapSubject, view: MapView, settings: Settings, language: Language
) -> RenderedPage:
    """Return a page that embeds its data and needs no network. Raises NothingToShow."""
    if geo_bounds.compute_bounds(session, view.area) is None:
        raise nothing_to_show(view.area)
    source = _embedded_data(session, subject, view, settings)
    return _render(session, subject, source, view, settings, language)


def _render(
    session: Session,
    subject: MapSubject,
    source: EmbeddedData | TileSources,
    view: MapView,
    settings: Settings,
    language: Language,
) -> RenderedPage:
    title = areas.format_title(session, view.area, english=language is Language.EN)
    return _RENDERERS[subject](
        source,
        title=title,
        on=view.on,
        language=language,
        basemap=Basemap(settings.basemap, settings.basemap_datum),
    )


def _embedded_data(
    session: Session, subject: MapSubject, view: MapView, settings: Settings
) -> EmbeddedData:
    levels = [_coverage(session, Grouping(level.value), view) for level in Level]
    not_empty = [frame for frame in levels if len(frame)]
    footprints = buildings.query(on=view.on, at=view.at, area_code=view.area)
    return EmbeddedData(
        areas=geopandas.GeoDataFrame(pd.concat(not_empty)) if not_empty else levels[0],
        grids=_coverage(session, Grouping.GRID, view),
        buildings=export.fetch_features(session, footprints),
        issues=_issues(session, view) if subject is MapSubject.ISSUES else None,
        backdrop=export.fetch_features(
            session, backdrop.query(geo_bounds.compute_bounds(session, view.area))
        ),
        area=view.area,
        timezone=settings.timezone,
    )


def _coverage(session: Session, grouping: Grouping, view: MapView) -> geopandas.GeoDataFrame:
    query = figures.feature_query(CoverageQuery(grouping, view.on, view.at, view.area))
    return export.fetch_features(session, query)


def _issues(session: Session, view: MapView) -> geopandas.GeoDataFrame:
    return export.fetch_features(session, issues.query(at=view.at, area_code=view.area))


def nothing_to_show(area: str | None) -> NothingToShow:
    """Return the error for a map without data; None is the whole city."""
    subject = "The map" if area is None else f"The map of area {area!r}"
    return NothingToShow(
        f"{subject} is empty.", hint="Run gridward demo, or gridward import your own files."
    )
