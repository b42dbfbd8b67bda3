"""HEAD requests: the headers of the GET response."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """ASGI middleware: answers HEAD as GET, without the body.

    `Range` has no meaning for HEAD (RFC 9110, 14.2) and is ignored.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        get_scope = {**scope, "method": "GET", "headers": headers}

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(get_scope, receive, send_without_body)
        finally:
            scope["route"] = get_scope.get("route")  # for the metrics and the log
