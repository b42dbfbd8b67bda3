"""Links in the OpenAPI document: which requests the value of a response leads to."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

_PLAN_ID, _ETAG = "$response.body#/id", "$response.header.ETag"
_EDITS = ("operations", "undo", "redo", "rebase", "discard", "publish")
_READS = ("", "/grids", "/findings", "/impact", "/diff", "/comments")
_Target = tuple[str, str, dict[str, str]]


def _plan_targets(number: str) -> Iterator[_Target]:
    """Yield the requests about a plan; a change sends the version of the response."""
    for read in _READS:
        yield "get", f"/v1/plans/{{number}}{read}", {"number": number}
    yield "post", "/v1/plans/{number}/comments", {"number": number}
    for edit in _EDITS:
        yield "post", f"/v1/plans/{{number}}/{edit}", {"number": number, "if-match": _ETAG}


_REVISION: tuple[_Target, ...] = (
    ("get", "/v1/revisions/{number}", {"number": "$response.body#/number"}),
    ("post", "/v1/revisions/{number}/revert", {"number": "$response.body#/number"}),
)
_LOGIN = {"login": "$response.body#/login"}
TARGETS: Final = MappingProxyType(
    {
        ("post", "/v1/plans", "201"): tuple(_plan_targets(_PLAN_ID)),
        ("get", "/v1/plans/{number}", "200"): tuple(_plan_targets("$request.path.number")),
        ("post", "/v1/plans/{number}/operations", "200"): tuple(
            _plan_targets("$request.path.number")
        ),
        ("post", "/v1/plans/{number}/publish", "201"): _REVISION,
        ("post", "/v1/revisions/{number}/revert", "201"): _REVISION,
        ("post", "/v1/issues", "201"): (
            ("get", "/v1/issues/{ref}", {"ref": "$response.body#/ref"}),
        ),
        ("post", "/v1/accounts", "201"): (
            ("get", "/v1/accounts/{login}/tokens", _LOGIN),
            ("post", "/v1/accounts/{login}/tokens", _LOGIN),
            ("post", "/v1/accounts/{login}/disable", _LOGIN),
        ),
        ("post", "/v1/accounts/{login}/tokens", "201"): (
            ("post", "/v1/tokens/{number}/revoke", {"number": "$response.body#/id"}),
        ),
        ("get", "/v1/areas", "200"): (
            ("get", "/v1/areas/{code}", {"code": "$response.body#/features/0/id"}),
        ),
        ("get", "/v1/buildings", "200"): (
            ("get", "/v1/buildings/{code}", {"code": "$response.body#/features/0/id"}),
            ("get", "/v1/buildings/{code}/history", {"code": "$response.body#/features/0/id"}),
        ),
        ("get", "/v1/grids", "200"): (
            ("get", "/v1/grids/{code}", {"code": "$response.body#/features/0/id"}),
            ("get", "/v1/grids/{code}/members", {"code": "$response.body#/features/0/id"}),
        ),
    }
)
"""By method, path and status: the requests that take their parameters from the response."""


def add_links(document: dict[str, Any]) -> None:
    """Add the links of TARGETS to the responses of a document."""
    paths = document["paths"]
    for (method, path, status), targets in TARGETS.items():
        links = paths[path][method]["responses"][status].setdefault("links", {})
        for target_method, target_path, parameters in targets:
            operation_id = paths[target_path][target_method]["operationId"]
            links[operation_id] = {"operationId": operation_id, "parameters": parameters}
