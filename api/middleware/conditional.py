"""Conditional and partial GET requests (RFC 9110, 13 and 14): ETags, 304, 206."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from werkzeug.http import parse_range_header

from api.errors import problem_response
from api.http.etag import etag_of, find_match

_BODY_HEADERS = ("Content-Length", "Content-Type", "Content-Disposition", "Content-Encoding")
"""Headers that describe a body, which a 304 does not have."""


class Conditional:
    """ASGI middleware: gives each complete 200 of a GET request an ETag, and serves parts of it.

    A response that must not be stored is passed on as it is: the ETag of a plan is its version, not
    that of the response. One that sets a cookie has no ETag added. `If-None-Match` with
    its ETag returns 304; `Range` with one range returns 206, or 416 beyond the end. Several ranges
    at once, other units and streamed responses are served in full.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            send = _ConditionalSend(scope, receive, send)
        await self.app(scope, receive, send)


class _ConditionalSend:
    """Holds back the start of a 200 until its body shows whether it is complete."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            self.start = message
            return
        start, self.start = self.start, None
        if start is None:
            await self.send(message)
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            await self._send_complete(start, message.get("body", b""))
        else:
            await self.send(start)
            await self.send(message)

    async def _send_complete(self, start: Message, body: bytes) -> None:
        request, headers = Headers(scope=self.scope), MutableHeaders(raw=start["headers"])
        if "no-store" in headers.get("cache-control", ""):
            await self.send(start)
            await self.send({"type": "http.response.body", "body": body})
            return
        etag = _etag(headers, body)
        match = etag and find_match(request.get("if-none-match"), etag)
        headers["Accept-Ranges"] = "bytes"
        if match:
            headers["ETag"] = match
            for name in _BODY_HEADERS:
                del headers[name]
            start["status"], body = 304, b""
        elif "range" in request and request.get("if-range", etag) == etag:
            part = _select_range(request["range"], len(body))
            if part == range(0):
                await _unsatisfiable(len(body))(self.scope, self.receive, self.send)
                return
            if part is not None:
                headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(body)}"
                headers["Content-Length"] = str(len(part))
                start["status"], body = 206, body[part.start : part.stop]
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})


def _etag(headers: MutableHeaders, body: bytes) -> str | None:
    """Return the ETag of a response; add one if it has none and sets no cookie."""
    etag = headers.get("etag")
    if etag is None and "set-cookie" not in headers:
        etag = headers["ETag"] = etag_of(body)
        headers.setdefault("Cache-Control", "no-cache")
    return etag


def _select_range(header: str, length: int) -> range | None:
    """Return the requested bytes; an empty range if there are none, None for the whole body."""
    parsed = parse_range_header(header)
    if parsed is None or parsed.units != "bytes" or len(parsed.ranges) != 1:
        return None
    bounds = parsed.range_for_length(length)
    return range(0) if bounds is None else range(*bounds)


def _unsatisfiable(length: int) -> ASGIApp:
    return problem_response(
        416,
        "range_not_satisfiable",
        f"The requested range begins after the end of the response, which has {length:,} bytes.",
        hint="Repeat the request without Range.",
        headers={"Content-Range": f"bytes */{length}"},
    )
