"""The map pages."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import AreaCode, EndOfDay, LanguageDep, RecordedDay, SessionDep, SettingsDep
from api.http.csp import csp_headers
from api.pages import map_pages
from api.pages.map_pages import MapSubject, MapView

router = APIRouter(tags=["pages"])


@router.get("/", include_in_schema=False)
def home() -> RedirectResponse:
    """Redirect to the map of property coverage."""
    return RedirectResponse("/maps/property-coverage", status_code=307)


@router.get("/maps/{subject}", response_class=HTMLResponse)
def map_page(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    subject: MapSubject,
    language: LanguageDep,
    on: RecordedDay,
    at: EndOfDay,
    area: AreaCode = None,
) -> HTMLResponse:
    """A Folium page that loads everything from this service."""
    first_day = request.app.state.first_days.current(session)
    view = MapView(on, at, area)
    page = map_pages.render_served_page(session, subject, view, first_day, settings, language)
    return HTMLResponse(page.html, headers=csp_headers(page.script_hashes, page.image_origins))
