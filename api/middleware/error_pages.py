"""Errors as a page for people, where a browser requested a page and would show raw JSON."""

import gzip

import orjson
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import PROBLEM
from api.http.content_negotiation import best_media_type
from api.http.csp import csp_headers
from geo.settings import Language
from maps.pages.error_page import Problem, render_error_page

_DATA_PATHS = ("/v1/", "/tiles/", "/assets/")
"""Paths of programs, whose errors are always JSON."""


class ErrorPages:
    """ASGI middleware: turns the problem document of a page into HTML for clients that prefer it.

    Status and headers stay. The page is in the language of the request's `lang`, if valid.
    """

    def __init__(self, app: ASGIApp, language: Language) -> None:
        self.app = app
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if _is_for_page(scope):
            send = _PageSend(send, _language(scope, self.language))
        await self.app(scope, receive, send)


def _is_for_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in ("GET", "POST"):
        return False
    if scope["path"].startswith(_DATA_PATHS):
        return False
    return best_media_type(Request(scope), ["application/json", "text/html"]) == "text/html"


def _language(scope: Scope, default: Language) -> Language:
    requested = Request(scope).query_params.get("lang")
    return Language(requested) if requested in list(Language) else default


class _PageSend:
    """Holds back a problem document until it is complete, and sends the page in its place."""

    def __init__(self, send: Send, language: Language) -> None:
        self.send = send
        self.language = language
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if MutableHeaders(scope=message).get("content-type") == PROBLEM:
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page(self.start)
            return
        await self.send(message)

    async def _send_page(self, start: Message) -> None:
        headers = MutableHeaders(scope=start)
        is_compressed = headers.get("content-encoding") == "gzip"
        document = orjson.loads(gzip.decompress(self.body) if is_compressed else self.body)
        problem = Problem(
            document["status"], document["code"], document["detail"], document.get("hint")
        )
        page = render_error_page(problem, self.language).html.encode()
        del headers["content-encoding"]
        headers.update(csp_headers())
        headers["Content-Type"] = "text/html; charset=utf-8"
        headers["Content-Length"] = str(len(page))
        headers["Cache-Control"] = "no-store"
        await self.send(start)
        await self.send({"type": "http.response.body", "body": page})
