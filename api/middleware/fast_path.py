"""Fast path for hot routes that bypasses FastAPI's router.

Routing, dependency injection and parameter parsing take longer than rendering a small tile.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send


@dataclass(frozen=True)
class FastRoute:
    """A function that handles GET requests of paths matching a pattern.

    The pattern's groups are its keyword arguments.
    """

    path: str
    """The path template of the FastAPI route that handles and documents the same requests."""
    pattern: re.Pattern[str]
    endpoint: Callable[..., Awaitable[Response]]


class FastPath:
    """ASGI middleware: handles requests of a FastRoute, and passes on all others.

    `handlers` are the application's exception handlers; other exceptions propagate.
    """

    def __init__(
        self, app: ASGIApp, route: FastRoute, handlers: Mapping[Any, ExceptionHandler]
    ) -> None:
        self.app = app
        self.route = route
        self._endpoint_app = ExceptionMiddleware(self._call_endpoint, handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            match = self.route.pattern.fullmatch(scope["path"])
            if match is not None:
                scope["route"], scope["path_params"] = self.route, match.groupdict()
                await self._endpoint_app(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _call_endpoint(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.route.endpoint(Request(scope, receive), **scope["path_params"])
        await response(scope, receive, send)
