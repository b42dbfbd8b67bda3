"""The check of the parameters of every request, whatever the route and method.

A route declares its parameters and the fields of its form; this rejects what the declaration does
not cover: parameters and fields that the route does not use, repeated values of one that takes a
single value, and control characters in any parameter or path, which no database column can store.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from api.http.query_params import repeated_param_message, unknown_param_message
from geo.input_types import require_single_line

_FORM = "application/x-www-form-urlencoded"
AcceptsList = Mapping[str, bool]
"""By the name of a query parameter or field of a form: whether it may be repeated."""


async def check_params(request: Request) -> None:
    """Reject unknown, repeated and unprintable parameters. Raises RequestValidationError."""
    for name, text in request.path_params.items():
        _check_text("path", name, str(text))
    if request.scope["query_string"]:
        values = request.query_params.multi_items()
        _check_names("query", Counter(name for name, _ in values), _query_params_of_route(request))
        for name, text in values:
            _check_text("query", name, text)
    form = _operation(request).get("requestBody", {}).get("content", {}).get(_FORM)
    if form is not None:
        fields = (await request.form()).multi_items()
        schema = _resolve(request, form["schema"])
        _check_names(
            "body", Counter(name for name, _ in fields), dict.fromkeys(schema["properties"], False)
        )


def _check_names(location: str, counts: Counter[str], accepts_list: AcceptsList) -> None:
    for name, count in counts.items():
        if name not in accepts_list:
            raise _invalid(location, name, unknown_param_message(accepts_list))
        if count > 1 and not accepts_list[name]:
            raise _invalid(location, name, repeated_param_message(count))


def _check_text(location: str, name: str, text: str) -> None:
    try:
        require_single_line(text)
    except ValueError as error:
        raise _invalid(location, name, str(error)) from None


def _invalid(location: str, name: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": (location, name), "msg": message, "input": None}])


def _operation(request: Request) -> dict[str, Any]:
    """Return the operation of a route in the OpenAPI document; empty if it is not in it.

    A HEAD request has the parameters of GET.
    """
    method = "get" if request.method == "HEAD" else request.method.lower()
    path: dict[str, Any] = request.app.openapi()["paths"].get(
        request.scope["route"].path_format, {}
    )
    operation: dict[str, Any] = path.get(method, {})
    return operation


def _resolve(request: Request, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema, or the component that it refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    component: dict[str, Any] = request.app.openapi()["components"]["schemas"].get(name, schema)
    return component


def _query_params_of_route(request: Request) -> AcceptsList:
    """Return the query parameters of a route; none if the OpenAPI document omits it."""
    cache: dict[tuple[str, str], AcceptsList] = request.app.state.query_params
    key = (request.scope["route"].path_format, request.method)
    if key not in cache:
        cache[key] = _accepts_list(_operation(request).get("parameters", ()))
    return cache[key]


def _accepts_list(parameters: Iterable[Mapping[str, object]]) -> AcceptsList:
    return {
        str(parameter["name"]): _is_array(parameter.get("schema"))
        for parameter in parameters
        if parameter["in"] == "query"
    }


def _is_array(schema: object) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "array"
