"""The formats in which a list can be had: chosen by `?format=`, else by `Accept`."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlalchemy.orm import Session

from api.deps import Paging
from api.errors import NotAcceptable
from api.http import etag
from data.exporting import export, writer
from geo import feature_query
from geo.feature_query import Features


class Format(StrEnum):
    """A format, named by its suffix."""

    GEOJSON = "geojson"
    CSV = "csv"
    GPKG = "gpkg"
    PARQUET = "parquet"
    XLSX = "xlsx"


MEDIA = {
    Format.GEOJSON: "application/geo+json",
    Format.CSV: "text/csv",
    Format.GPKG: "application/geopackage+sqlite3",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ACCEPTED = {media: form for form, media in MEDIA.items()} | {
    "application/json": Format.GEOJSON,
    "application/*": Format.GEOJSON,
    "*/*": Format.GEOJSON,
    "text/*": Format.CSV,
    "text/html": Format.GEOJSON,
}


async def _chosen(
    request: Request,
    format: Annotated[Format | None, Query(description="Overrides the Accept header.")] = None,
) -> Format:
    if format is not None:
        return format
    wanted = request.headers.get("accept", "*/*")
    for media in _by_preference(wanted):
        if media in _ACCEPTED:
            return _ACCEPTED[media]
    raise NotAcceptable(
        f"None of {wanted} can be had here.", hint=f"There are: {', '.join(MEDIA)}."
    )


FormatDep = Annotated[Format, Depends(_chosen)]

LIST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of features; the `Link` header has the next one.",
        "content": {media: {} for media in MEDIA.values()},
    },
    304: {"description": "Unchanged since the `If-None-Match` that you sent."},
}


def listing(
    request: Request, session: Session, asked: Features, form: Format, paging: Paging
) -> Response:
    """Return a page of features in a format, with a link to the next page if there is one."""
    page = _geojson if form is Format.GEOJSON else _file
    return page(request, session, asked, form, paging)


def _geojson(
    request: Request, session: Session, asked: Features, form: Format, paging: Paging
) -> Response:
    found = feature_query.page(session, asked, limit=paging.limit, cursor=paging.cursor)
    body, headers = found.geojson(), {}
    if found.next is not None:
        href = str(request.url.include_query_params(cursor=found.next))
        headers = {"Link": f'<{href}>; rel="next"'}
        body = f'{body[:-1]},"links":[{{"rel":"next","href":"{href}"}}]}}'
    return etag.tagged(request, body.encode(), MEDIA[form], headers)


def _file(
    request: Request, session: Session, asked: Features, form: Format, paging: Paging
) -> Response:
    limit = paging.limit
    frame = export.frame(session, asked, limit=limit + 1, cursor=paging.cursor)
    headers = {"Content-Disposition": f'attachment; filename="gridward.{form}"'}
    if len(frame) > limit:
        frame = frame.iloc[:limit]
        href = str(request.url.include_query_params(cursor=str(frame[asked.key].iloc[-1])))
        headers["Link"] = f'<{href}>; rel="next"'
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"gridward.{form}"
        writer.frame(frame, path)
        return etag.tagged(request, path.read_bytes(), MEDIA[form], headers)


def _by_preference(accept: str) -> list[str]:
    """Return the media types of an Accept header, the best liked first."""
    liked = []
    for part in accept.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        liked.append((_number(quality), media))
    return [media for quality, media in sorted(liked, key=lambda pair: -pair[0]) if quality > 0]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
