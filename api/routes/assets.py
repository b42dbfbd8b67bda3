"""Scripts and styles of the pages, from our own server, and the interactive documentation."""

import gzip
import mimetypes
from functools import cache
from html import escape

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from api import errors
from api.http.csp import policy
from api.http.etag import squeezed
from maps.folium import assets

router = APIRouter(include_in_schema=False)

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The address of an asset carries its version, so what is behind it never changes."""


@cache
def _served() -> dict[str, assets.Asset]:
    return assets.served()


@cache
def _squeezed(url: str) -> bytes:
    return gzip.compress(_served()[url].body(), mtime=0)


@router.get(assets.PREFIX + "/{path:path}")
def asset(request: Request, path: str) -> Response:
    """One script, style or image of the pages."""
    url = f"{assets.PREFIX}/{path}"
    if url not in _served():
        raise HTTPException(404, "There is no such asset.")
    kind, _ = mimetypes.guess_type(path)
    return squeezed(request, _squeezed(url), kind or "application/octet-stream", FOREVER)


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
