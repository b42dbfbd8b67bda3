"""Compresses responses with gzip."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


class Compression(GZipMiddleware):
    """ASGI middleware: compresses responses of a kilobyte or more.

    It skips GET requests of `exempt_paths`: their responses are always smaller, and so frequent
    that inspecting each would take a tenth of the time of the whole request.
    """

    def __init__(self, app: ASGIApp, *, exempt_paths: frozenset[str]) -> None:
        super().__init__(app, minimum_size=1000)
        self.exempt_paths = exempt_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        is_http = scope["type"] == "http"
        if is_http and scope["method"] == "GET" and scope["path"] in self.exempt_paths:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
