"""Makes requests wait for a slot of their class, and rejects them early when too many wait."""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.admission import REJECTION_DELAY_S, Admission
from api.errors import Overloaded, problem_for
from api.http.request_body import respond_to_nobody
from api.http.request_class import SCOPE_KEY, RequestClass, classify
from api.http.route_label import set_label

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class AdmissionControl:
    """ASGI middleware: lets at most as many requests of a class run at once as it has slots.

    A request waits for its slot with its whole body in memory, so that a slow upload occupies
    none. The slot is free again when the response starts: the route has committed by then.
    """

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self.app = app
        self.admission = admission
        self._rejections = {name: _Rejection(name) for name in RequestClass}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        request_class = classify(scope) if scope["type"] == "http" else None
        if request_class is None:
            await self.app(scope, receive, send)
            return
        scope[SCOPE_KEY] = request_class
        try:
            self.admission.require_room(request_class)
            messages = await _read_body(receive)
            slot = await self.admission.acquire(request_class, receive)
        except ClientDisconnect:
            set_label(scope, f"({request_class})")
            await respond_to_nobody(send)
            return
        except Overloaded:
            set_label(scope, f"({request_class})")
            await asyncio.sleep(REJECTION_DELAY_S)
            await self._rejections[request_class].send(scope, send)
            return

        async def receive_again() -> Message:
            return messages.pop(0) if messages else await receive()

        async def release_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                slot.release()
            await send(message)

        with slot:
            await self.app(scope, receive_again, release_and_send)


async def _read_body(receive: Receive) -> list[Message]:
    """Return the messages of a request.

    Raises ClientDisconnect if the client leaves first, or if its body is too large: BodyLimit then
    replaces the response.
    """
    messages = []
    more_body = True
    while more_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        messages.append(message)
        more_body = message.get("more_body", False)
    return messages


class _Rejection:
    """A response that is rendered once, so that rejecting a request costs next to nothing."""

    def __init__(self, request_class: RequestClass) -> None:
        response = problem_for(Overloaded.of_class(request_class))
        self.status = response.status_code
        self.headers = response.raw_headers
        self.body = bytes(response.body)

    async def send(self, scope: Scope, send: Send) -> None:
        headers = list(self.headers)  # other middleware appends to it
        if scope["method"] not in _BODILESS:
            headers.append((b"connection", b"close"))  # its body was not read
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
