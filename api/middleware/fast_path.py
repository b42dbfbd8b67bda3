"""Fast path for hot routes that bypasses FastAPI's router.

Routing, dependency injection and parameter parsing take longer than a lookup, or than rendering a
small tile.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError, create_model
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send


class FastPath:
    """ASGI middleware: calls the endpoints of some GET routes itself, and passes on the rest.

    Such an endpoint takes the request and its path parameters, parses its query itself, has no
    dependencies, and returns a Response. A path with invalid parameters is passed on: the router
    responds with the error. `handlers` are the application's exception handlers; other exceptions
    propagate.
    """

    def __init__(
        self, app: ASGIApp, routes: Sequence[APIRoute], handlers: Mapping[Any, ExceptionHandler]
    ) -> None:
        self.app = app
        self._routes = [(route, _path_params_model(route.endpoint)) for route in routes]
        self._endpoint_app = ExceptionMiddleware(_call_endpoint, handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        is_fast = scope["type"] == "http" and scope["method"] == "GET" and self._select(scope)
        await (self._endpoint_app if is_fast else self.app)(scope, receive, send)

    def _select(self, scope: Scope) -> bool:
        """Whether a route handles a path; if so, add the route and its parameters to the scope."""
        for route, model in self._routes:
            match = route.path_regex.match(scope["path"])
            if match is not None:
                try:
                    params = model.model_validate(match.groupdict())
                except ValidationError:
                    return False
                scope["route"], scope["path_params"] = route, dict(params)
                return True
        return False


def _path_params_model(endpoint: Callable[..., Any]) -> type[BaseModel]:
    """Return a model of the parameters of an endpoint other than the request."""
    fields = {
        name: (parameter.annotation, ...)
        for name, parameter in inspect.signature(endpoint).parameters.items()
        if parameter.annotation is not Request
    }
    model: type[BaseModel] = create_model("PathParams", **fields)  # type: ignore[call-overload]
    return model


async def _call_endpoint(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    response = await scope["route"].endpoint(request, **scope["path_params"])
    await response(scope, receive, send)
