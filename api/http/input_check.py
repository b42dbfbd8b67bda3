"""The check of the parameters of every request, whatever the route and method.

A route declares its parameters; this rejects what the declaration does not cover: query parameters
that the route does not use, repeated values of a parameter that takes one, and control characters
in any value or path, which no database column can store.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from api.http.query_params import invalid_param, repeated_param_message, unknown_param_message
from geo.input_types import require_single_line

AcceptsList = Mapping[str, bool]
"""By the name of a query parameter: whether it may be repeated."""


async def check_params(request: Request) -> None:
    """Reject unknown, repeated and unprintable parameters. Raises RequestValidationError."""
    for name, text in request.path_params.items():
        _check_text("path", name, str(text))
    if not request.scope["query_string"]:
        return
    accepts_list = _query_params_of_route(request)
    values = request.query_params.multi_items()
    _check_names(Counter(name for name, _ in values), accepts_list)
    for name, text in values:
        _check_text("query", name, text)


def _check_names(counts: Counter[str], accepts_list: AcceptsList) -> None:
    for name, count in counts.items():
        if name not in accepts_list:
            raise invalid_param(name, unknown_param_message(accepts_list), None)
        if count > 1 and not accepts_list[name]:
            raise invalid_param(name, repeated_param_message(count), None)


def _check_text(location: str, name: str, text: str) -> None:
    try:
        require_single_line(text)
    except ValueError as error:
        details = {"loc": (location, name), "msg": str(error), "input": None}
        raise RequestValidationError([details]) from None


def _query_params_of_route(request: Request) -> AcceptsList:
    """Return the query parameters of a route by the OpenAPI document; none if it is not in it.

    A HEAD request has the parameters of GET.
    """
    cache: dict[tuple[str, str], AcceptsList] = request.app.state.query_params
    method = "get" if request.method == "HEAD" else request.method.lower()
    key = (request.scope["route"].path_format, method)
    if key not in cache:
        operation = request.app.openapi()["paths"].get(key[0], {}).get(method, {})
        cache[key] = _accepts_list(operation.get("parameters", ()))
    return cache[key]


def _accepts_list(parameters: Iterable[Mapping[str, object]]) -> AcceptsList:
    return {
        str(parameter["name"]): _is_array(parameter.get("schema"))
        for parameter in parameters
        if parameter["in"] == "query"
    }


def _is_array(schema: object) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "array"
