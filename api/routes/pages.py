"""The planner's map pages."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import AreaCode, Day, LanguageDep, MomentOfDay, SessionDep, SettingsDep
from api.http.csp import policy
from api.pages import map_pages
from api.pages.map_pages import Subject, View

router = APIRouter(tags=["pages"])


@router.get("/", include_in_schema=False)
def home() -> RedirectResponse:
    """The planner's map page."""
    return RedirectResponse("/maps/property-coverage", status_code=307)


@router.get("/maps/{subject}", response_class=HTMLResponse)
def page(
    session: SessionDep,
    settings: SettingsDep,
    subject: Subject,
    language: LanguageDep,
    on: Day,
    at: MomentOfDay,
    area: AreaCode = None,
) -> HTMLResponse:
    """A Folium page; everything that it loads comes from this service."""
    drawn = map_pages.served(session, subject, View(on, at, area), settings, language)
    return HTMLResponse(drawn.html, headers=policy(drawn.script_hashes, drawn.image_origins))
