"""Bodies of requests are kept small: what is too large is refused before it is read."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TooLarge, problem


class Bounded:
    """Refuses bodies over so many bytes; paths that bound their own bodies are left alone.

    A body whose length is told is refused unread. One that is not is counted as it comes, and
    the route is given no more of it.
    """

    def __init__(self, app: ASGIApp, *, most: int, except_for: frozenset[str]) -> None:
        self.app = app
        self.most = most
        self.except_for = except_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["path"] in self.except_for:
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.most:
            await self._refuse(scope, receive, send)
            return
        counted = _Counted(receive, self.most)

        async def unless_refused(message: Message) -> None:
            if not counted.is_over:
                await send(message)

        await self.app(scope, counted, unless_refused)
        if counted.is_over:  # whatever the route made of half a body is not sent
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = _too_large(self.most)
        headers = {"Connection": "close"}  # else the rest of the body would come as a request
        answer = problem(413, error.code, error.message, hint=error.hint, headers=headers)
        await answer(scope, receive, send)


class _Counted:
    """Hands a body on as it comes; where it grows too large, as if the caller had left."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.receive = receive
        self.left = most

    @property
    def is_over(self) -> bool:
        return self.left < 0

    async def __call__(self) -> Message:
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_over else message


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"The body is larger than {most >> 20} MB.",
        hint="Send less at once, or let those who run the service set GRIDWARD_BODY_MEGABYTES.",
    )
