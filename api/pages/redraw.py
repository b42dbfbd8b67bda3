"""The redraw page and the change notice of a plan, with their data."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import maps.pages.notice
import maps.pages.redraw
from api.pages.map_pages import nothing_to_show
from geo import areas, city_time, table_versions
from geo import bounds as geo_bounds
from geo.grids import revisions
from geo.models import Plan
from geo.plans import impact, publish
from geo.plans.replay_cache import ReplayResult
from geo.settings import Language, Settings
from geo.tiles import versions
from maps.folium.basemap import Basemap
from maps.pages.map_pages import RenderedPage, TileSources
from maps.pages.notice import CommunityChange, NoticeHeader
from maps.pages.redraw import EditorAccount


def render_table(
    session: Session, account: EditorAccount, plan: int, settings: Settings, language: Language
) -> RenderedPage:
    """Return the page that edits a plan, over the grids in force. Raises NothingToShow."""
    bounds = geo_bounds.compute_bounds(session, None)
    if bounds is None:
        raise nothing_to_show(None)
    return maps.pages.redraw.render_redraw_page(
        account,
        plan,
        sources=TileSources(
            bounds=bounds,
            revision=table_versions.count_revisions(session, city_time.now()),
            tile_versions=versions.read_layer_versions(session, settings.timezone),
            timezone=settings.timezone,
        ),
        on=city_time.today(settings.timezone).isoformat(),
        language=language,
        basemap=Basemap(settings.basemap, settings.basemap_datum),
    )


def render_notice(
    session: Session, plan: Plan, result: ReplayResult, settings: Settings, language: Language
) -> RenderedPage:
    """Return the printable change notice of a plan."""
    effective_at = None
    if plan.revision is not None:
        revision = revisions.get(session, plan.revision)
        effective_at = revision.effective_at.astimezone(ZoneInfo(settings.timezone))
    header = NoticeHeader(
        plan.id, plan.title, plan.author, str(plan.status), plan.revision, effective_at
    )
    communities = [
        CommunityChange(
            name=areas.format_title(session, community, english=language is Language.EN),
            before=result.context.partition(community),
            after=result.after[community],
            footprints=result.context.buildings(community).footprints,
        )
        for community in result.communities
    ]
    findings = publish.check_plan(session, result)
    return maps.pages.notice.render_notice(
        header, communities, impact.compute_impact(session, result), findings, language
    )
