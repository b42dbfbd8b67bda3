"""A short way for what is asked very often: matched by one pattern, answered by one function.

What is done for any route, parameter by parameter and layer by layer, takes longer than to draw a
small tile.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send


@dataclass(frozen=True)
class Way:
    """A function that answers GET of the paths that a pattern matches, its groups as arguments."""

    path: str
    """As the route of FastAPI has it that answers in any case and is in the documents."""
    pattern: re.Pattern[str]
    answer: Callable[..., Awaitable[Response]]


class Quick:
    """ASGI middleware: answers what goes the short way, and passes on everything else.

    What the function raises becomes an answer by `handlers`, those of the application; what none
    of them knows is raised.
    """

    def __init__(self, app: ASGIApp, way: Way, handlers: Mapping[Any, ExceptionHandler]) -> None:
        self.app = app
        self.way = way
        self._short = ExceptionMiddleware(self._answer, handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            found = self.way.pattern.fullmatch(scope["path"])
            if found is not None:
                scope["route"], scope["path_params"] = self.way, found.groupdict()
                await self._short(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.way.answer(Request(scope, receive), **scope["path_params"])
        await response(scope, receive, send)
