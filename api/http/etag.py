"""Responses with an ETag; a client that already has the body receives 304."""

import gzip
from hashlib import blake2b
from typing import Any

from fastapi import Request, Response

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Unchanged since the ETag in `If-None-Match`."}
}
"""The further response of routes whose responses have an ETag."""


def etag_response(
    request: Request, body: bytes, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """Return the body with its ETag, or an empty 304 if `If-None-Match` has it."""
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    all_headers = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",  # no browser may take text from users for HTML
    } | (headers or {})
    if _matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=all_headers)
    return Response(body, media_type=media_type, headers=all_headers)


def precompressed_response(
    request: Request, body: bytes, media_type: str, headers: dict[str, str]
) -> Response:
    """Return a gzip body with its ETag, decompressed if the client does not accept gzip."""
    headers = headers | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return etag_response(request, body, media_type, headers | {"Content-Encoding": "gzip"})
    return etag_response(request, gzip.decompress(body), media_type, headers)


def _matches(if_none_match: str | None, etag: str) -> bool:
    """Compare weakly (RFC 9110, 13.1.2): a proxy that compresses makes an ETag weak."""
    if if_none_match is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags
