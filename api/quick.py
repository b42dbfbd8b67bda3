"""A short way for what is asked very often: matched by one pattern, answered by one function.

What is done for any route, parameter by parameter and layer by layer, takes longer than to draw a
small tile.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True)
class Way:
    """A function that answers GET of the paths that a pattern matches, its groups as arguments."""

    path: str
    """As the route of FastAPI has it that answers in any case and is in the documents."""
    pattern: re.Pattern[str]
    answer: Callable[..., Awaitable[Response]]


class Quick:
    """ASGI middleware: answers what goes the short way, and passes on everything else.

    That is also whatever goes wrong here: the ordinary route says what it is.
    """

    def __init__(self, app: ASGIApp, way: Way) -> None:
        self.app = app
        self.way = way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        response = await self._answered(scope, receive)
        if response is None:
            await self.app(scope, receive, send)
        else:
            scope["route"] = self.way
            await response(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive) -> Response | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        found = self.way.pattern.fullmatch(scope["path"])
        if found is None:
            return None
        try:
            return await self.way.answer(Request(scope, receive), **found.groupdict())
        except Exception:
            return None
