"""The pages on which grids are redrawn: the list of plans, and the table of one."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

import maps.pages.redraw
from api.deps import LanguageDep, SessionDep, SettingsDep
from api.errors import REFUSALS
from api.http.auth import Csrf, Viewer
from api.http.csp import policy
from api.pages import redraw
from api.routes.plans import OutcomeDep, PlanDep
from geo.models import Account
from maps.pages.map_pages import RenderedPage
from maps.pages.redraw import Desk

router = APIRouter(prefix="/redraw", tags=["pages"], responses=REFUSALS)


@router.get("", response_class=HTMLResponse)
def list_page(caller: Viewer, csrf: Csrf, language: LanguageDep) -> HTMLResponse:
    """The plans, newest first, and the form that begins one."""
    return _shown(maps.pages.redraw.plans(_desk(caller, csrf), language=language))


@router.get("/{number}", response_class=HTMLResponse)
def table_page(
    session: SessionDep,
    settings: SettingsDep,
    language: LanguageDep,
    caller: Viewer,
    csrf: Csrf,
    plan: PlanDep,
) -> HTMLResponse:
    """The table on which a plan is redrawn; who may not change it can look and comment."""
    desk = _desk(caller, csrf)
    return _shown(redraw.table(session, desk, plan.id, settings, language))


@router.get("/{number}/notice", response_class=HTMLResponse)
def notice_page(
    session: SessionDep,
    settings: SettingsDep,
    language: LanguageDep,
    plan: PlanDep,
    outcome: OutcomeDep,
) -> HTMLResponse:
    """What a plan changes, grid by grid, with a picture of before and after; to be printed."""
    return _shown(redraw.notice(session, plan, outcome, settings, language))


def _desk(caller: Account, csrf: str | None) -> Desk:
    return Desk(caller.login, str(caller.role), csrf)


def _shown(page: RenderedPage) -> HTMLResponse:
    headers = policy(page.script_hashes, page.image_origins)
    return HTMLResponse(page.html, headers=headers | {"Cache-Control": "no-store"})
