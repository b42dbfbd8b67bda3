"""Compares each response of the application with the statuses and media types of its route."""

from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.request_body import CLIENT_CLOSED_REQUEST


def deviation(
    document: dict[str, Any], method: str, path: str, status: int, media_type: str
) -> str | None:
    """Return how a response of a route deviates from an OpenAPI document; None if it does not.

    Routes that the document omits cannot deviate; nor can methods that a path does not have.
    """
    operations = document["paths"].get(path, {})
    operation = operations.get(method.lower(), operations.get("get") if method == "HEAD" else None)
    if operation is None or status == CLIENT_CLOSED_REQUEST:
        return None
    response = operation["responses"].get(str(status))
    if response is None:
        return f"{method} {path}: {status} is not declared"
    declared = {_essence(each) for each in response.get("content", {})}
    if (declared or media_type) and _essence(media_type) not in declared:
        return f"{method} {path}: {status} has {media_type or 'no body'}, declared are {declared}"
    return None


def _essence(media_type: str) -> str:
    """Return a media type without its parameters."""
    return media_type.partition(";")[0].strip()


class ResponseRecorder:
    """ASGI middleware: appends every deviation from the OpenAPI document to a list."""

    def __init__(
        self, app: ASGIApp, document: Callable[[], dict[str, Any]], undeclared: list[str]
    ) -> None:
        self.app = app
        self.document = document
        self.undeclared = undeclared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def record(message: Message) -> None:
            route = scope.get("route")
            if message["type"] == "http.response.start" and route is not None:
                media_type = Headers(raw=message["headers"]).get("content-type", "")
                problem = deviation(
                    self.document(), scope["method"], route.path, message["status"], media_type
                )
                if problem is not None:
                    self.undeclared.append(problem)
            await send(message)

        await self.app(scope, receive, record)
