"""The fast path answers as the router would; its endpoints need nothing of the router."""

import inspect
from typing import Annotated

import pytest
from fastapi import FastAPI, Path, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.testclient import TestClient

from api.app import hot_routes
from api.middleware.fast_path import FastPath
from geo.models import Level

PATHS = [
    *("/areas/city/3", "/areas/community/0", "/areas/city/03", "/areas/city/%33", "/areas/city/9"),
    *("/areas/town/3", "/areas/city/10", "/areas/city/-1", "/areas/city/x", "/areas/city/3.0"),
    *("/areas/city/3/", "/areas/city//3", "/areas/city", "/areas/%00/3", "/areas/city/3%0A", "/"),
    *("/areas/city/3?fail=1", "/areas/city/3?fail=0&x=1", "/areas/city%2F3"),
]


class Failure(Exception):
    """An error that the application has a handler for."""


async def endpoint(
    request: Request, level: Level, z: Annotated[int, Path(ge=0, lt=10)]
) -> Response:
    """Return what was received."""
    if request.query_params.get("fail") == "1":
        raise Failure
    return PlainTextResponse(f"{level.value!r} {z!r}")


def on_failure(_request: Request, _error: Exception) -> Response:
    """Respond to a failure."""
    return PlainTextResponse("failed", 418)


@pytest.fixture
def routed() -> FastAPI:
    """An application with one route and an error handler."""
    app = FastAPI(exception_handlers={Failure: on_failure})
    app.get("/areas/{level}/{z}")(endpoint)
    return app


def fast_path(routed: FastAPI, app=None) -> FastPath:
    """Return the fast path for the route, in front of an application."""
    routes = [route for route in routed.routes if getattr(route, "endpoint", None) is endpoint]
    assert len(routes) == 1
    return FastPath(app or routed, routes, {Failure: on_failure})


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("path", PATHS)
def test_every_path_and_method_has_the_same_response_as_without_it(routed, method, path):
    expected, got = (TestClient(app).request(method, path) for app in (routed, fast_path(routed)))
    assert (got.status_code, got.content) == (expected.status_code, expected.content)
    assert got.headers == expected.headers


@pytest.mark.parametrize(
    ("path", "is_fast"), [("/areas/city/3", True), ("/areas/city/10", False), ("/areas/x/3", False)]
)
def test_only_paths_with_valid_parameters_are_fast(routed, path, is_fast):
    behind = PlainTextResponse("router")
    response = TestClient(fast_path(routed, behind)).get(path)
    assert (response.text != "router") is is_fast


@pytest.mark.parametrize("route", hot_routes(), ids=lambda route: route.path)
def test_hot_routes_depend_on_nothing_but_the_request_and_their_path(route):
    dependant = route.dependant
    assert not dependant.dependencies
    assert not dependant.query_params + dependant.header_params + dependant.cookie_params
    assert not dependant.body_params
    assert inspect.iscoroutinefunction(route.endpoint)


def test_lookups_and_tiles_are_hot():
    assert [route.path for route in hot_routes()] == [
        "/v1/lookup",
        "/tiles/{layer}/{z}/{x}/{y}.mvt",
    ]
