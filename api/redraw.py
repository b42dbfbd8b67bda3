"""The redraw table with the ground beneath it, fetched."""

from sqlalchemy.orm import Session

import maps.redraw
from api.pages import NothingToShow
from geo import extents, grids, moments, states
from geo.settings import Language, Settings
from maps.pages import Page
from maps.redraw import Desk


def table(session: Session, desk: Desk, plan: int, settings: Settings, language: Language) -> Page:
    """Return the page on which a plan is redrawn, over today's grids. Raises NothingToShow."""
    bounds = extents.of(session, None)
    if bounds is None:
        raise NothingToShow(
            "There is nothing on the map yet.",
            hint="Run gridward demo, or gridward import your own files.",
        )
    return maps.redraw.table(
        desk,
        plan,
        bounds=bounds,
        revision=grids.revision_at(session, moments.now()) or 0,
        on=moments.today(settings.timezone).isoformat(),
        states=states.of_layers(session, settings.timezone),
        language=language,
        basemap=settings.basemap,
    )
