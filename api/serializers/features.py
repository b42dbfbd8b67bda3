"""Features as GeoJSON, and lists of features as GeoJSON or as a file."""

import tempfile
from pathlib import Path
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.http.content_negotiation import MEDIA_TYPES, ResponseFormat
from api.http.etag import NOT_MODIFIED, cacheable_response
from api.http.paging import Paging, link_headers, next_links
from data.exporting import export, writer
from geo import feature_query
from geo.feature_query import FeatureQuery

LIST_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of features; the `Link` header has the next page.",
        "content": {
            media_type: {"schema": {"type": "string"}} if media_type.startswith("text/") else {}
            for media_type in MEDIA_TYPES.values()
        },
    },
    **NOT_MODIFIED,
}


class GeoJsonResponse(JSONResponse):
    """GeoJSON, for the OpenAPI document."""

    media_type = MEDIA_TYPES[ResponseFormat.GEOJSON]


def feature_response(session: Session, query: FeatureQuery) -> Response:
    """Return the only feature of a query as GeoJSON."""
    feature = feature_query.fetch_one(session, query)
    return cacheable_response(feature.encode(), MEDIA_TYPES[ResponseFormat.GEOJSON])


def list_response(
    request: Request, session: Session, query: FeatureQuery, format: ResponseFormat, paging: Paging
) -> Response:
    """Return a page of features in a format, with a link to the next page."""
    if format is ResponseFormat.GEOJSON:
        return _geojson(request, session, query, paging)
    return _file(request, session, query, format, paging)


def _geojson(request: Request, session: Session, query: FeatureQuery, paging: Paging) -> Response:
    page = feature_query.fetch_page(session, query, limit=paging.limit, cursor=paging.cursor)
    links = next_links(request, page.next_cursor)
    document = {
        "type": "FeatureCollection",
        "features": [orjson.Fragment(feature) for feature in page.features],
        "links": links,
    }
    media_type = MEDIA_TYPES[ResponseFormat.GEOJSON]
    return cacheable_response(orjson.dumps(document), media_type, link_headers(links))


def _file(
    request: Request, session: Session, query: FeatureQuery, format: ResponseFormat, paging: Paging
) -> Response:
    frame = export.fetch_features(session, query, limit=paging.limit + 1, cursor=paging.cursor)
    subject = request.url.path.rpartition("/")[2]
    is_whole = paging.cursor is None and len(frame) <= paging.limit
    name = f"{subject}.{format}" if is_whole else f"{subject}-page.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if len(frame) > paging.limit:
        frame = frame.iloc[: paging.limit]
        headers |= link_headers(next_links(request, frame[query.key].iloc[-1]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"gridward.{format}"
        writer.write_frame(frame, path)
        return cacheable_response(path.read_bytes(), MEDIA_TYPES[format], headers)
