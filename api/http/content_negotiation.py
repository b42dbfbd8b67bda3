"""Content negotiation: the format of a list, by `?format=` or else by the `Accept` header."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends, Query, Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from api.errors import NotAcceptable, raises


class ResponseFormat(StrEnum):
    """A format, named by its file suffix."""

    GEOJSON = "geojson"
    CSV = "csv"
    GPKG = "gpkg"
    PARQUET = "parquet"


MEDIA_TYPES: Mapping[ResponseFormat, str] = MappingProxyType(
    {
        ResponseFormat.GEOJSON: "application/geo+json",
        ResponseFormat.CSV: "text/csv",
        ResponseFormat.GPKG: "application/geopackage+sqlite3",
        ResponseFormat.PARQUET: "application/vnd.apache.parquet",
    }
)
_OFFERS = {media_type: format_ for format_, media_type in MEDIA_TYPES.items()} | {
    "application/json": ResponseFormat.GEOJSON,
    "text/csv;charset=utf-8": ResponseFormat.CSV,
}
"""The format for each media type that a client may ask for; among equals the first wins."""


def best_media_type(request: Request, offers: list[str]) -> str | None:
    """Return the media type that the `Accept` header prefers (RFC 9110, 12.5.1), if any.

    The most specific media range decides whether and how much a media type is accepted; among
    equals the more specific range wins, then the earlier offer.
    """
    header = ", ".join(request.headers.getlist("accept")) or "*/*"
    accept = parse_accept_header(header, MIMEAccept)
    return accept.best_match([offer for offer in offers if accept.quality(offer) > 0])


@raises(NotAcceptable)
async def _response_format(
    request: Request,
    format: Annotated[
        ResponseFormat | None,
        Query(description="Overrides the Accept header; whole lists: `/v1/exports/…`."),
    ] = None,
) -> ResponseFormat:
    if format is not None:
        return format
    media_type = best_media_type(request, list(_OFFERS))
    if media_type is None:
        raise NotAcceptable(
            f"No format here matches Accept: {request.headers['accept']}.",
            hint=f"Available are {', '.join(MEDIA_TYPES.values())}.",
        )
    return _OFFERS[media_type]


FormatDep = Annotated[ResponseFormat, Depends(_response_format)]
