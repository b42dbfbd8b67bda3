"""The problems of each route in the OpenAPI document, from what its dependencies raise."""

import re
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from api.errors import PROBLEM, raised_by, status_of_class
from api.http.auth import require_account
from api.http.etag import NOT_MODIFIED
from api.http.if_match import IF_MATCH_PATTERN
from api.middleware.rate_limits import classify
from api.openapi_links import add_links
from api.schemas.problems import InputErrorOut, ProblemOut
from geo.input_types import SINGLE_LINE_PATTERN

DESCRIPTIONS = MappingProxyType(
    {
        401: "This requires an account: sign in, or send a token.",
        403: "The account lacks the role or the scope, or a write lacks its CSRF token.",
        404: "It does not exist, or no longer.",
        405: "The path exists, but does not support this method.",
        406: "The service has no format that the `Accept` header allows.",
        409: "It conflicts with the current state.",
        412: "It has changed since the version in `If-Match`.",
        413: "The request is larger than a setting allows.",
        415: "This route does not read bodies of this media type.",
        416: "The response has no such range.",
        422: "The input is invalid; `errors` lists where.",
        428: "This change requires an `If-Match` header.",
        429: "Too many requests; `Retry-After` says when to try again.",
        500: "The service failed; nothing was changed.",
        503: "Too many requests, a lock, or no database; `Retry-After` says when to try again.",
        504: "A query took too long; nothing was changed.",
    }
)
"""What each status of a problem means."""
COMMON = frozenset({422, 500, 503, 504})
"""The statuses of every route."""
IDENTIFIERS = frozenset({"code", "number", "ref", "login", "area"})
"""Parameters whose value may name something that does not exist."""
_TILES = "/tiles/{layer}/{z}/{x}/{y}.mvt"
_WITHOUT_304 = frozenset(
    {
        "/v1/lookup",
        "/v1/plans/{number}",
        "/v1/plans/{number}/grids",
        "/v1/plans/{number}/findings",
        "/v1/plans/{number}/diff",
    }
)
"""Routes whose responses are smaller than a 304 is worth, or must not be stored."""
_SCHEMA = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}

_RETRY_AFTER = {
    "Retry-After": {
        "description": "In how many seconds to try again.",
        "schema": {"type": "integer", "minimum": 0},
    }
}


def declare_problems(app: FastAPI, routers: Iterable[APIRouter], *, page_limit: int) -> None:
    """Make the OpenAPI document complete about the routes of the routers.

    It then lists their problems, the links between them, and what all parameters have in common:
    texts without control characters, and pages of at most `page_limit` items.
    """
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        if ProblemOut.__name__ not in document["components"]["schemas"]:
            _complete(document, routes, page_limit)
            add_links(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(document: dict[str, Any], routes: Iterable[APIRoute], page_limit: int) -> None:
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (InputErrorOut, ProblemOut):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    for name, schema in schemas.items():
        if name.startswith("Body_"):  # forms, whose fields api/http/input_check.py checks
            schema["additionalProperties"] = False
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                statuses = _problem_statuses(route, operation)
                _declare_optional_security(route, operation)
                _require_version(operation)
                _limit_params(operation, page_limit)
                if method == "GET" and route.path not in _WITHOUT_304:
                    operation["responses"].setdefault("304", NOT_MODIFIED[304])
                    if route.path != _TILES:
                        _add_parts(operation["responses"])
                        statuses |= {416}
                is_limited = classify(method, route.path) is not None
                _add_problems(route, operation, statuses | {429} if is_limited else statuses)


def _limit_params(operation: dict[str, Any], page_limit: int) -> None:
    """Declare what api/http/input_check.py and api/http/paging.py require of parameters."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        for each in [schema, *schema.get("anyOf", ())]:
            if each.get("type") == "string" and not each.keys() & {"pattern", "format", "enum"}:
                each["pattern"] = SINGLE_LINE_PATTERN
            if parameter["name"] == "limit" and each.get("type") == "integer":
                each.setdefault("maximum", page_limit)


def _add_parts(responses: dict[str, Any]) -> None:
    content = responses["200"].get("content", {})
    parts: dict[str, Any] = {media_type: {} for media_type in content}
    responses["206"] = {"description": "The bytes that `Range` names.", "content": parts}


def _declare_optional_security(route: APIRoute, operation: dict[str, Any]) -> None:
    if "security" in operation and require_account not in _calls(route.dependant):
        operation["security"].append({})


def _require_version(operation: dict[str, Any]) -> None:
    """Declare `If-Match` as required; the route checks it, to answer 428 if it is missing."""
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "if-match":
            parameter["required"] = True
            pattern = re.sub(r"\?P<\w+>", "", IF_MATCH_PATTERN)
            parameter["schema"] = {"type": "string", "pattern": pattern}


def _add_problems(route: APIRoute, operation: dict[str, Any], statuses: Iterable[int]) -> None:
    """Declare the problems of a route; browsers get those of a page as HTML."""
    responses = operation["responses"]
    for status in statuses:
        response = responses.setdefault(str(status), {})
        response["description"] = DESCRIPTIONS[status]
        if status in (429, 503):
            response["headers"] = _RETRY_AFTER
        content = response.setdefault("content", {})
        content.pop("application/json", None)
        content[PROBLEM] = {"schema": _SCHEMA}
        if route.response_class is HTMLResponse:
            content["text/html"] = {"schema": {"type": "string"}}
    operation["responses"] = dict(sorted(responses.items()))


def _problem_statuses(route: APIRoute, operation: dict[str, Any]) -> frozenset[int]:
    """Return the statuses of a route's problems."""
    errors = (error for call in _calls(route.dependant) for error in raised_by(call))
    statuses = COMMON.union(map(status_of_class, errors))
    if any(parameter["name"] in IDENTIFIERS for parameter in operation.get("parameters", ())):
        statuses |= {404}
    if "requestBody" in operation:
        statuses |= {413}
    return statuses


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """Yield the function of a route, and those of its dependencies and theirs."""
    if dependant.call is not None:
        yield dependant.call
    for dependency in dependant.dependencies:
        yield from _calls(dependency)
