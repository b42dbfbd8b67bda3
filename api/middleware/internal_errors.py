"""Answers requests that fail unexpectedly, and logs the error without any value of the data."""

import logging

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.error_description import describe
from api.errors import on_internal_error
from api.http.request_body import respond_to_nobody
from api.http.route_label import label_of

log = logging.getLogger(__name__)


class InternalErrors:
    """ASGI middleware: turns an unexpected exception into a 500, a client that left into a 499.

    It runs inside the CORS middleware, so that pages of other sites can read the response too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_started = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except ClientDisconnect:
            if not has_started:
                await respond_to_nobody(send)
        except Exception as error:
            log.error("%s %s failed.\n%s", scope["method"], label_of(scope), describe(error))
            if has_started:  # the client must notice that the response is incomplete
                raise ConnectionAbortedError("The response was cut off.") from None
            response = await on_internal_error(Request(scope), error)
            await response(scope, receive, send)
