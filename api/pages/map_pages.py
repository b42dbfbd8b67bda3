"""What a map page shows, fetched: its frames for a page that stands alone, or its addresses."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

import geopandas
import pandas as pd
from sqlalchemy.orm import Session

import maps.pages.map_pages
from data.exporting import export
from geo import areas, backdrop, buildings, issues
from geo import bounds as geo_bounds
from geo.coverage import figures
from geo.coverage.figures import Grouping
from geo.errors import NotFound
from geo.models import Level
from geo.settings import Language, Settings
from geo.tiles import versions
from maps.pages.map_pages import EmbeddedData, RenderedPage, TileSources


class Subject(StrEnum):
    """What a page is about."""

    PROPERTY_COVERAGE = "property-coverage"
    GRIDS = "grids"
    ISSUES = "issues"


class NothingToShow(NotFound):
    """There is nothing on the map yet."""

    code = "nothing_to_show"


@dataclass(frozen=True)
class View:
    """What is looked at: a day, the moment whose grids stand for it, and an area or everything."""

    on: datetime.date
    at: datetime.datetime
    area: str | None = None


_DRAW = {
    Subject.PROPERTY_COVERAGE: maps.pages.map_pages.property_coverage,
    Subject.GRIDS: maps.pages.map_pages.grids,
    Subject.ISSUES: maps.pages.map_pages.issues,
}


def served(
    session: Session, subject: Subject, view: View, settings: Settings, language: Language
) -> RenderedPage:
    """Return the page that asks this service for what it draws. Raises NothingToShow."""
    bounds = geo_bounds.of(session, view.area)
    if bounds is None:
        raise _nothing(view)
    counts = issues.counts(session, area_code=view.area) if subject is Subject.ISSUES else []
    source = TileSources(
        bounds=bounds,
        revision=versions.revisions_at(session, view.at),
        states=versions.of_layers(session, settings.timezone),
        issue_counts=counts,
        area=view.area,
        levels=[*areas.levels(session), "grid"],
        most_listed=settings.page_limit,
        timezone=settings.timezone,
    )
    return _draw(session, subject, source, view, settings, language)


def standalone(
    session: Session, subject: Subject, view: View, settings: Settings, language: Language
) -> RenderedPage:
    """Return the page with its data inside, which opens without a network. Raises NothingToShow."""
    if geo_bounds.of(session, view.area) is None:
        raise _nothing(view)
    return _draw(session, subject, _city(session, subject, view), view, settings, language)


def _draw(
    session: Session,
    subject: Subject,
    source: EmbeddedData | TileSources,
    view: View,
    settings: Settings,
    language: Language,
) -> RenderedPage:
    title = areas.title(session, view.area, english=language is Language.EN)
    return _DRAW[subject](
        source, title=title, on=view.on, language=language, basemap=settings.basemap
    )


def _city(session: Session, subject: Subject, view: View) -> EmbeddedData:
    rungs = [_tallied(session, Grouping(level.value), view) for level in Level]
    present = [rung for rung in rungs if len(rung)]
    footprints = buildings.facts(on=view.on, at=view.at, area_code=view.area)
    return EmbeddedData(
        areas=geopandas.GeoDataFrame(pd.concat(present)) if present else rungs[0],
        grids=_tallied(session, Grouping.GRID, view),
        buildings=export.frame(session, footprints),
        issues=_reported(session, view) if subject is Subject.ISSUES else None,
        backdrop=export.frame(session, backdrop.facts(geo_bounds.of(session, view.area))),
        area=view.area,
    )


def _tallied(session: Session, grouping: Grouping, view: View) -> geopandas.GeoDataFrame:
    asked = figures.facts(grouping, on=view.on, at=view.at, area_code=view.area)
    return export.frame(session, asked)


def _reported(session: Session, view: View) -> geopandas.GeoDataFrame:
    return export.frame(session, issues.facts(at=view.at, area_code=view.area))


def _nothing(view: View) -> NothingToShow:
    where = "on the map yet" if view.area is None else f"in area {view.area!r}"
    return NothingToShow(
        f"There is nothing {where}.", hint="Run gridward demo, or gridward import your own files."
    )
