"""ETags: strong validators that differ by encoding, and responses that carry one."""

import gzip
from hashlib import blake2b
from typing import Any

from fastapi import Request, Response

from api.http.accept_encoding import prefers_gzip

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Unchanged since the ETag in `If-None-Match`."}
}
"""The further response of routes whose responses have an ETag."""


GZIP_SUFFIX = "-gzip"
"""Ends the ETag of a compressed body: its bytes differ, and a strong ETag promises equal bytes."""


def etag_of(body: bytes) -> str:
    """Return the strong ETag of an uncompressed body."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def gzip_etag(etag: str) -> str:
    """Return the ETag of the same content compressed with gzip; idempotent."""
    return f'{content_etag(etag)[:-1]}{GZIP_SUFFIX}"'


def content_etag(etag: str) -> str:
    """Return the ETag of the uncompressed content: strong, and without the suffix of gzip."""
    return etag.strip().removeprefix("W/").replace(f'{GZIP_SUFFIX}"', '"')


def find_match(if_none_match: str | None, etag: str) -> str | None:
    """Return the tag in `If-None-Match` that has the content of an ETag, None if there is none.

    The comparison is weak (RFC 9110, 13.1.2), and ignores the encoding: a client that has the
    content in any encoding needs no other. `*` matches everything.
    """
    for tag in (if_none_match or "").split(","):
        if tag.strip() == "*":
            return etag
        if tag and content_etag(tag) == content_etag(etag):
            return tag.strip()
    return None


def cacheable_response(
    body: bytes, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """Return a body with its ETag, which clients revalidate (`Cache-Control: no-cache`)."""
    all_headers = {
        "ETag": etag_of(body),
        "Cache-Control": "no-cache",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",  # no browser may take text from users for HTML
    } | (headers or {})
    return Response(body, media_type=media_type, headers=all_headers)


def precompressed_response(
    request: Request, body: bytes, media_type: str, headers: dict[str, str]
) -> Response:
    """Return a gzip body with its ETag, decompressed if the client does not prefer gzip.

    An empty 304 replaces it if `If-None-Match` has the ETag: hot routes bypass the middleware that
    revalidates other responses.
    """
    is_gzip = prefers_gzip(", ".join(request.headers.getlist("accept-encoding")))
    etag = etag_of(body)
    all_headers = {
        "ETag": gzip_etag(etag) if is_gzip else etag,
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    } | headers
    match = find_match(request.headers.get("if-none-match"), etag)
    if match is not None:
        return Response(status_code=304, headers=all_headers | {"ETag": match})
    if is_gzip:
        return Response(
            body, media_type=media_type, headers=all_headers | {"Content-Encoding": "gzip"}
        )
    return Response(gzip.decompress(body), media_type=media_type, headers=all_headers)
