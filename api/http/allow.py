"""The `Allow` header: the methods of a path, over all its routes."""

from fastapi import Request
from starlette.routing import Match

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def allow_header(request: Request) -> str:
    """Return the methods that the path of a request supports, separated by commas.

    The router only names the methods of the first route that has the path.
    """
    routes = request.app.routes
    methods = [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]
    if "GET" in methods:
        methods.insert(1, "HEAD")
    return ", ".join(methods)
