"""The map pages."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import AreaCode, EndOfDay, LanguageDep, RecordedDay, SessionDep, SettingsDep
from api.http.auth import Caller, CsrfToken
from api.http.csp import csp_headers
from api.pages import map_pages
from api.pages.map_pages import MapSubject, MapView
from geo.models import Account
from maps.pages.title_bar import TitleBar, Visitor

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
    caller: Caller,
    csrf: CsrfToken,
    area: AreaCode = None,
) -> HTMLResponse:
    """A Folium page that loads everything from this service.

    Its title bar shows the account of a session, so caches store it for each
    session separately.
    """
    first_day = request.app.state.first_days.current(session)
    title_bar = TitleBar(dict(request.query_params), _visitor(caller, csrf))
    view = MapView(on, at, area, title_bar)
    page = map_pages.render_served_page(session, subject, view, first_day, settings, language)
    cache_control = "no-cache" if caller is None else "private, no-cache"
    headers = csp_headers(page.script_hashes, page.image_origins)
    headers |= {"Vary": "Cookie", "Cache-Control": cache_control}
    return HTMLResponse(page.html, headers=headers)


def _visitor(caller: Account | None, csrf: str | None) -> Visitor | None:
    """Return the account of a session; None for a token, which has nothing to sign out of."""
    return None if caller is None or csrf is None else Visitor(caller.login, csrf)
