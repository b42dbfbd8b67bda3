"""The redraw pages: the list of plans, the redraw table, and the change notice."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

import maps.pages.redraw
from api.deps import LanguageDep, SessionDep, SettingsDep
from api.http.auth import CsrfToken, Viewer
from api.http.csp import csp_headers
from api.http.plan_deps import PlanDep, ReplayResultDep
from api.pages import redraw
from api.pages.login import REDIRECT_TO_LOGIN
from geo.models import Account
from maps.pages.map_pages import RenderedPage
from maps.pages.redraw import EditorAccount

router = APIRouter(prefix="/redraw", tags=["pages"], responses=REDIRECT_TO_LOGIN)


@router.get("", response_class=HTMLResponse)
def plan_list_page(
    caller: Viewer, csrf: CsrfToken, settings: SettingsDep, language: LanguageDep
) -> HTMLResponse:
    """The list of plans, and the form that creates one."""
    account = _editor_account(caller, csrf)
    return _html(
        maps.pages.redraw.render_plan_list(account, timezone=settings.timezone, language=language)
    )


@router.get("/{number}", response_class=HTMLResponse)
def table_page(
    session: SessionDep,
    settings: SettingsDep,
    language: LanguageDep,
    caller: Viewer,
    csrf: CsrfToken,
    plan: PlanDep,
) -> HTMLResponse:
    """The redraw table of a plan; callers who may not change it can view and comment."""
    account = _editor_account(caller, csrf)
    return _html(redraw.render_table(session, account, plan.id, settings, language))


@router.get("/{number}/notice", response_class=HTMLResponse)
def notice_page(
    session: SessionDep,
    settings: SettingsDep,
    language: LanguageDep,
    plan: PlanDep,
    result: ReplayResultDep,
) -> HTMLResponse:
    """The printable change notice of a plan, with maps of before and after."""
    return _html(redraw.render_notice(session, plan, result, settings, language))


def _editor_account(caller: Account, csrf: str | None) -> EditorAccount:
    return EditorAccount(caller.login, str(caller.role), caller.reach, csrf)


def _html(page: RenderedPage) -> HTMLResponse:
    headers = csp_headers(page.script_hashes, page.image_origins)
    return HTMLResponse(page.html, headers=headers | {"Cache-Control": "no-store"})
