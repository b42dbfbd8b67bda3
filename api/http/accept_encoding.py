"""The `Accept-Encoding` header: whether a client prefers gzip."""

from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header


@lru_cache(maxsize=256)
def prefers_gzip(header: str) -> bool:
    """Return whether gzip is accepted and weighs at least as much as no encoding.

    RFC 9110, 12.5.3: a weight of 0 excludes an encoding, `*` is every encoding that is not named,
    and an empty header accepts no encoding.
    """
    weights = dict(parse_accept_header(header.lower(), Accept))
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0)))
    return gzip > 0 and gzip >= weights.get("identity", 0)
