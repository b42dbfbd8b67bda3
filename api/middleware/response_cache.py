"""In-memory cache of immutable responses, keyed by URL."""

import threading
from dataclasses import dataclass

from cachetools import FIFOCache
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.accept_encoding import prefers_gzip

MAX_BYTES = 64 << 20
"""Per worker."""

Key = tuple[object, ...]


@dataclass(frozen=True)
class CachedResponse:
    """A complete response, and its route for the metrics."""

    start: Message
    body: bytes
    route: object


class ResponseCache:
    """ASGI middleware: caches GET responses below a prefix that are `immutable`.

    Their URLs name everything that they depend on, so no entry is ever stale. A hit takes a tenth
    of the time of reading the tile store through the routes. Eviction is FIFO; thread-safe.
    """

    def __init__(self, app: ASGIApp, prefix: str, max_bytes: int = MAX_BYTES) -> None:
        self.app = app
        self.prefix = prefix
        self._responses: FIFOCache[Key, CachedResponse] = FIFOCache(
            max_bytes, getsizeof=lambda response: len(response.body)
        )
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond from the cache, or pass the request on and cache the response."""
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix):
            await self.app(scope, receive, send)
            return
        key = _cache_key(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        with self._lock:
            cached = self._responses.get(key)
        if cached is None:
            await self._call_and_store(scope, receive, send, key)
            return
        scope["route"] = cached.route
        # Outer middleware adds headers of this request to the list.
        await send({**cached.start, "headers": list(cached.start["headers"])})
        await send({"type": "http.response.body", "body": cached.body})

    async def _call_and_store(self, scope: Scope, receive: Receive, send: Send, key: Key) -> None:
        start: Message | None = None

        async def store_and_send(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                is_cached = _is_immutable(message)
                start = {**message, "headers": list(message["headers"])} if is_cached else None
            elif message.get("more_body"):
                start = None  # streamed responses are not cached
            elif start is not None:
                self._store(key, CachedResponse(start, message["body"], scope.get("route")))
            await send(message)

        await self.app(scope, receive, store_and_send)

    def _store(self, key: Key, response: CachedResponse) -> None:
        if len(response.body) <= self._responses.maxsize:
            with self._lock:
                self._responses.setdefault(key, response)


def _cache_key(scope: Scope) -> Key | None:
    """Return the cache key of a request, or None if its response cannot be cached.

    Conditional, cross-origin and range requests have responses of their own.
    """
    if scope["method"] != "GET":
        return None
    accepted: list[str] = []
    for name, value in scope["headers"]:
        if name in (b"if-none-match", b"origin", b"range"):
            return None
        if name == b"accept-encoding":
            accepted.append(value.decode("latin-1"))
    return scope["path"], scope["query_string"], prefers_gzip(", ".join(accepted))


def _is_immutable(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == 200 and "immutable" in headers.get("cache-control", "")
