"""The redraw table and the change notice of a plan, with what they show, fetched."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import maps.pages.notice
import maps.pages.redraw
from api.pages.map_pages import NothingToShow
from geo import areas, city_time
from geo import bounds as geo_bounds
from geo.grids import revisions
from geo.models import Plan
from geo.plans import impact, publish
from geo.plans.replay_cache import Outcome
from geo.settings import Language, Settings
from geo.tiles import versions
from maps.pages.map_pages import RenderedPage
from maps.pages.notice import Ground, Heading
from maps.pages.redraw import Desk


def table(
    session: Session, desk: Desk, plan: int, settings: Settings, language: Language
) -> RenderedPage:
    """Return the page on which a plan is redrawn, over today's grids. Raises NothingToShow."""
    bounds = geo_bounds.of(session, None)
    if bounds is None:
        raise NothingToShow(
            "There is nothing on the map yet.",
            hint="Run gridward demo, or gridward import your own files.",
        )
    return maps.pages.redraw.table(
        desk,
        plan,
        bounds=bounds,
        revision=versions.revisions_at(session, city_time.now()),
        on=city_time.today(settings.timezone).isoformat(),
        states=versions.of_layers(session, settings.timezone),
        language=language,
        basemap=settings.basemap,
    )


def notice(
    session: Session, plan: Plan, outcome: Outcome, settings: Settings, language: Language
) -> RenderedPage:
    """Return the change notice of a plan, to be printed."""
    published = None if plan.revision is None else revisions.get(session, plan.revision)
    zone = ZoneInfo(settings.timezone)
    since = None if published is None else published.effective_at.astimezone(zone)
    heading = Heading(plan.id, plan.title, plan.author, str(plan.status), plan.revision, since)
    grounds = [
        Ground(
            name=areas.title(session, community, english=language is Language.EN),
            before=outcome.situation.partition(community),
            after=outcome.after[community],
            footprints=outcome.situation.buildings(community).footprints,
        )
        for community in outcome.communities
    ]
    found = publish.findings(session, outcome)
    return maps.pages.notice.page(heading, grounds, impact.of(session, outcome), found, language)
