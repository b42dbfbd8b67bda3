"""Scripts and styles of the pages, from our own server, and the interactive documentation."""

from functools import cache
from html import escape
from pathlib import Path

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

from api import errors
from api.security import policy
from maps import assets

router = APIRouter(include_in_schema=False)

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The address of an asset carries its version, so what is behind it never changes."""


@cache
def _files() -> dict[str, Path]:
    return dict(assets.files())


@router.get(assets.PREFIX + "/{path:path}")
def asset(path: str) -> FileResponse:
    """One script, style or image of the pages."""
    file = _files().get(f"{assets.PREFIX}/{path}")
    if file is None:
        raise HTTPException(404, "There is no such asset.")
    return FileResponse(file, headers=FOREVER)


@router.get("/docs/errors")
def documented_errors() -> HTMLResponse:
    """What each code in a problem document means; every problem's `type` leads here."""
    rows = "".join(
        f'<tr id="{code}"><td><code>{code}</code><td>{status}<td>{escape(meaning)}'
        for code, (status, meaning) in errors.catalogue().items()
    )
    head = "<!doctype html><html lang=en><meta charset=utf-8><title>Gridward errors</title>"
    style, table = "<style>td{padding:.3em 1em}:target{background:#fe9}</style>", "<table>"
    return HTMLResponse(f"{head}{style}<h1>Errors</h1>{table}{rows}</table>", headers=policy())


@router.get("/docs")
def docs() -> HTMLResponse:
    """The routes, to read and to try."""
    script, style, icon = assets.documentation()
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Gridward API",
        swagger_js_url=script.url,
        swagger_css_url=style.url,
        swagger_favicon_url=icon.url,
    )
