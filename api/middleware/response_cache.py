"""Answers that never change, kept in memory under their whole address."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 << 20
"""Of each worker; what came first makes room."""


@dataclass(frozen=True)
class Answer:
    """A whole answer, and the route that gave it."""

    start: Message
    body: bytes
    route: object


class Kept:
    """ASGI middleware: repeats tiles that their own headers call immutable.

    Such an address names all that its answer depends on, so a repeated answer is never stale. It
    costs a tenth of finding the tile on disk by way of the routes.
    """

    def __init__(self, app: ASGIApp, prefix: str, most_bytes: int = MOST_BYTES) -> None:
        self.app = app
        self.prefix = prefix
        self._most = most_bytes
        self._size = 0
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and look whether to keep the answer."""
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix):
            await self.app(scope, receive, send)
            return
        key = _key(scope)
        known = self._answers.get(key) if key else None
        if known is not None:
            scope["route"] = known.route
            await send(known.start)
            await send({"type": "http.response.body", "body": known.body})
            return
        await self._pass_on(scope, receive, send, key)

    async def _pass_on(
        self, scope: Scope, receive: Receive, send: Send, key: tuple[object, ...] | None
    ) -> None:
        started: Message | None = None

        async def look(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = message if key and _is_immutable(message) else None
            elif started is not None and not message.get("more_body"):
                self._keep(key, Answer(started, message["body"], scope.get("route")))
            await send(message)

        await self.app(scope, receive, look)

    def _keep(self, key: tuple[object, ...] | None, answer: Answer) -> None:
        if key is None:
            return
        with self._lock:
            if key in self._answers:
                return
            self._answers[key] = answer
            self._size += len(answer.body)
            while self._size > self._most:
                _, old = self._answers.popitem(last=False)
                self._size -= len(old.body)


def _key(scope: Scope) -> tuple[object, ...] | None:
    """Return what tells one answer from another; None for a request of a kind that has no one."""
    gzip = False
    for name, value in scope["headers"]:
        if name in (b"if-none-match", b"origin", b"range"):
            return None
        if name == b"accept-encoding":
            gzip = b"gzip" in value
    known = scope["method"] == "GET"
    return (scope["path"], scope["query_string"], gzip) if known else None


def _is_immutable(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == 200 and "immutable" in headers.get("cache-control", "")
