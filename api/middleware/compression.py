"""Large answers are compressed for those who take it."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


class Compressed(GZipMiddleware):
    """Compresses answers of a kilobyte and more.

    What is GET from the paths of `brief` never answers so much, and is asked so often that merely
    looking at the answer would cost a tenth of giving it.
    """

    def __init__(self, app: ASGIApp, *, brief: frozenset[str]) -> None:
        super().__init__(app, minimum_size=1000)
        self.brief = brief

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in self.brief:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
