"""Scripts and styles of the pages, and the documentation of the API."""

import gzip
import mimetypes
import re
from functools import cache
from html import escape

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from api import errors
from api.http.csp import csp_headers
from api.http.etag import precompressed_response
from maps.folium import assets
from maps.folium.elements import csp_hash

router = APIRouter(include_in_schema=False)

IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The URL of an asset contains its version, so its content never changes."""


@cache
def _assets_by_url() -> dict[str, assets.Asset]:
    return assets.assets_by_url()


@cache
def _compressed(url: str) -> bytes:
    return gzip.compress(_assets_by_url()[url].read_bytes(), mtime=0)


@router.get(assets.PREFIX + "/{path:path}")
def get_asset(request: Request, path: str) -> Response:
    """One script, style or image of the pages."""
    url = f"{assets.PREFIX}/{path}"
    if url not in _assets_by_url():
        raise HTTPException(404, "There is no such asset.")
    media_type, _ = mimetypes.guess_type(path)
    return precompressed_response(
        request, _compressed(url), media_type or "application/octet-stream", IMMUTABLE
    )


@router.get("/openapi.json")
def openapi_document(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs/errors")
def error_docs() -> HTMLResponse:
    """The meaning of each error code; the `type` of a problem document links here."""
    rows = "".join(
        f'<tr id="{code}"><td><code>{code}</code><td>{status}<td>{escape(meaning)}'
        for code, (status, meaning) in errors.error_catalogue().items()
    )
    head = "<!doctype html><html lang=en><meta charset=utf-8><title>Gridward errors</title>"
    style, table = "<style>td{padding:.3em 1em}:target{background:#fe9}</style>", "<table>"
    return HTMLResponse(f"{head}{style}<h1>Errors</h1>{table}{rows}</table>", headers=csp_headers())


@router.get("/docs")
def api_docs() -> HTMLResponse:
    """The interactive documentation of the API."""
    script, style, icon = assets.api_docs_assets()
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Gridward API",
        swagger_js_url=script.url,
        swagger_css_url=style.url,
        swagger_favicon_url=icon.url,
    )
    inline_scripts = re.findall("<script>(.*?)</script>", bytes(page.body).decode(), re.DOTALL)
    page.headers.update(csp_headers([csp_hash(code) for code in inline_scripts]))
    return page
