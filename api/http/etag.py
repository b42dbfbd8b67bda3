"""Answers that a browser may keep: each carries an ETag, and an unchanged one is not sent again."""

import gzip
from hashlib import blake2b

from fastapi import Request, Response


def tagged(
    request: Request, body: bytes, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """Return the body with its ETag, or an empty 304 when the caller has it already."""
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    held = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",  # text that people wrote is never taken for a page
    } | (headers or {})
    if _matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=held)
    return Response(body, media_type=media_type, headers=held)


def squeezed(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """Do the same for a body that is kept compressed, whether the caller takes it so or not."""
    varying = headers | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return tagged(request, body, media_type, varying | {"Content-Encoding": "gzip"})
    return tagged(request, gzip.decompress(body), media_type, varying)


def _matches(wanted: str | None, etag: str) -> bool:
    """Compare weakly, as RFC 9110 has it: compression on the way makes a tag weak."""
    if wanted is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return etag in tags or "*" in tags
