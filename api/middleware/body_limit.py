"""Limits the size of request bodies."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TooLarge, problem_response


class BodyLimit:
    """ASGI middleware: rejects bodies over `max_bytes`, except on paths that limit their own.

    A body with a Content-Length is rejected before it is read. A body without one is counted as it
    arrives; when it exceeds the limit, the route sees a client disconnect.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, exempt_paths: frozenset[str]) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.exempt_paths = exempt_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http" or scope["path"] in self.exempt_paths:
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.max_bytes:
            await self._reject(scope, receive, send)
            return
        limited = _LimitedReceive(receive, self.max_bytes)

        async def send_within_limit(message: Message) -> None:
            if not limited.is_exceeded:
                await send(message)

        await self.app(scope, limited, send_within_limit)
        if limited.is_exceeded:  # discards the route's response to a truncated body
            await self._reject(scope, receive, send)

    async def _reject(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = _too_large(self.max_bytes)
        headers = {"Connection": "close"}  # else the rest of the body would be parsed as a request
        response = problem_response(
            413, error.code, error.message, hint=error.hint, headers=headers
        )
        await response(scope, receive, send)


class _LimitedReceive:
    """Passes messages on until the body exceeds the limit, then reports a disconnect."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self.receive = receive
        self.remaining = max_bytes

    @property
    def is_exceeded(self) -> bool:
        return self.remaining < 0

    async def __call__(self) -> Message:
        message = await self.receive()
        self.remaining -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_exceeded else message


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"The body is larger than {max_bytes >> 20} MB.",
        hint="Send less at once, or ask the operator to raise GRIDWARD_BODY_MEGABYTES.",
    )
