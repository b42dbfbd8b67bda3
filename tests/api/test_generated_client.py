"""A generated client calls every operation of a running service, and parses its problems."""

import datetime
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.app import create_app
from geo.accounts import sessions
from geo.settings import Settings
from tests.api.generated_client import WITHOUT_CLASSES, GeneratedClient, generate
from tests.api.served_district import PASSWORD, serve_district
from tests.district import lon_lat

COMMUNITY = "230403001001"
GRID = f"{COMMUNITY}001"
FORM_SECRET = "secret"
LON, LAT = lon_lat(5, 5)

ARGUMENTS: dict[str, dict[str, Any]] = {
    "look_up": {"lon": LON, "lat": LAT, "detail": "border,building,members"},
    "look_up_many": {"body": {"points": [[LON, LAT], [None, 1.0]]}},
    "tile": {"layer": "grids", "z": 15, "x": 28217, "y": 11524},
    "get_area": {"code": "230403"},
    "get_building": {"code": "b1"},
    "building_history": {"code": "b1"},
    "get_grid": {"code": GRID},
    "grid_history": {"code": GRID},
    "members": {"code": GRID},
    "count_changes": {"since": datetime.date(2025, 1, 1)},
    "get_diff": {"from_": "1", "to": "1"},
    "get_revision": {"number": 1},
    "search_places": {"q": "23"},
    "map_page": {"subject": "grids"},
    "file_issue": {"body": {"ref": "R1", "category": "heating", "lon": LON, "lat": LAT}},
    "get_issue": {"ref": "R1"},
    "set_limits": {"area": COMMUNITY, "body": {"most_buildings": 9}},
    "add_account": {"body": {"login": "fresh", "role": "viewer"}},
    "disable_account": {"login": "fresh"},
    "list_tokens": {"login": "admin"},
    "add_token": {"login": "admin", "body": {"name": "a test"}},
    "revoke_token": {"number": 2},
    "create_plan": {"body": {"title": "a plan"}},
    "add_step": {"body": {"kind": "rename", "code": GRID, "name": "y"}},
    "add_comment": {"body": {"text": "well"}},
    "publish_plan": {"body": {"title": "published"}},
    "revert_revision": {"number": 2, "body": {"title": "reverted"}},
    "log_in": {
        "body": {
            "login": "admin",
            "password": PASSWORD,
            "csrf": sessions.csrf_token(FORM_SECRET),
        }
    },
    "change_password": {"body": {"old": PASSWORD, "new": "another horse"}},
}
"""Arguments by operation ID; those of plans also get its number and version."""
EXISTING_ACCOUNT = {"body": {"login": "admin", "role": "viewer"}}
ORDER = [
    *("file_issue", "add_account", "disable_account", "add_token", "revoke_token"),
    *("create_plan", "add_step", "undo", "redo", "rebase_plan", "add_comment"),
    *("get_plan", "grids", "findings", "get_impact", "diff", "comments"),
    *("table_page", "notice_page", "publish_plan", "revert_revision", "create_plan", "discard"),
]
"""Operations that need what an earlier one made; the others follow in any order."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings(database_url="postgresql://nobody@/nothing")).openapi()


@pytest.fixture(scope="module")
def tags(document) -> dict[str, str]:
    """The tag of each operation ID, which names its module."""
    operations = [each for item in document["paths"].values() for each in item.values()]
    return {operation["operationId"]: operation["tags"][0] for operation in operations}


@pytest.fixture(scope="module")
def generator_output(document, tmp_path_factory) -> Iterator[str]:
    """What the generator prints; the package is in `sys.path`."""
    folder = tmp_path_factory.mktemp("client")
    path = folder / "openapi.json"
    path.write_text(json.dumps(document))
    sys.path.insert(0, str(folder))
    yield generate(path, folder)
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def generated(databases, template, generator_output) -> Iterator[GeneratedClient]:
    """The client of a service whose database has the district and an admin."""
    with serve_district(databases.make(template)) as (service, token):
        yield GeneratedClient(service.home, token)


def _arguments(generated: GeneratedClient, operation_id: str, tag: str, plan: int | None) -> Any:
    """The arguments of an operation, with the number and the version of a plan if it takes them."""
    arguments = dict(ARGUMENTS.get(operation_id, {}))
    names = generated.function(tag, operation_id).__annotations__
    if "number" in names and "number" not in arguments:
        arguments["number"] = plan
    if "if_match" in names:
        version = generated.call("plans", "get_plan", {"number": plan}).parsed.version
        arguments["if_match"] = f'"{version}"'
    return arguments


def test_the_generator_reads_the_whole_document(generator_output):
    warnings = re.findall(r"^(?:WARNING|ERROR) .*|^Unsupported .*", generator_output, re.M)
    unsupported = {f"Unsupported content type {each}" for each in WITHOUT_CLASSES}
    assert set(warnings) == {"WARNING parsing POST /v1/lookup within lookup.", *unsupported}


@pytest.mark.parametrize(
    ("tag", "operation_id", "arguments", "status", "code"),
    [
        ("grids", "get_grid", {"code": "nowhere"}, 404, "grid_unknown"),
        ("lookup", "look_up", {"lon": 500.0, "lat": 0.0}, 422, "invalid"),
        ("lookup", "look_up_many", {"body": {"points": [[0.0, 0.0, 0.0]]}}, 422, "invalid"),
        ("tiles", "tile", {"layer": "grids", "z": 3, "x": 8, "y": 0}, 422, "bad_tile"),
        ("plans", "undo", {"number": 99, "if_match": '"9"'}, 404, "plan_unknown"),
        (
            "accounts",
            "add_account",
            {"body": {"login": "admin", "role": "viewer"}},
            409,
            "account_exists",
        ),
    ],
)
def test_problems_are_typed(generated, tag, operation_id, arguments, status, code):
    problem = generated.call(tag, operation_id, arguments).parsed
    assert isinstance(problem, generated.model("ProblemOut"))
    assert (problem.status, problem.code) == (status, code)
    assert problem.detail


def test_a_token_changes_the_password_with_its_first_request(generated):
    """The use of a token is recorded in it, and a new password revokes it."""
    admin = {"Authorization": f"Bearer {generated.token}"}
    with httpx2.Client(base_url=generated.home) as http:
        account = {"login": "second", "role": "viewer", "password": PASSWORD}
        assert http.post("/v1/accounts", json=account, headers=admin).status_code == 201
        issued = http.post("/v1/accounts/second/tokens", json={"name": "x"}, headers=admin).json()
        second = {"Authorization": f"Bearer {issued['token']}"}
        form = {"old": PASSWORD, "new": "another horse"}
        assert http.post("/login/password", data=form, headers=second).status_code == 200
        assert http.get("/v1/account", headers=second).json()["code"] == "token_refused"


def test_the_client_calls_every_operation(generated, document, tags):
    plan = None
    rest = sorted(tags.keys() - set(ORDER) - {"change_password"})
    for operation_id in [*ORDER, *rest, "change_password"]:
        tag = tags[operation_id]
        arguments = _arguments(generated, operation_id, tag, plan)
        cookies = {"gridward_form": FORM_SECRET} if operation_id == "log_in" else None
        response = generated.call(tag, operation_id, arguments, cookies=cookies)
        assert response.status_code in (200, 201, 303), (operation_id, response.content[:500])
        assert (response.parsed is None) == (response.status_code == 303), operation_id
        if operation_id == "create_plan":
            plan = response.parsed.id
    lookup = generated.call("lookup", "look_up", ARGUMENTS["look_up"])
    assert lookup.parsed.grid.code == GRID
    many = generated.call("lookup", "look_up_many", ARGUMENTS["look_up_many"])
    assert many.parsed.codes == [GRID, None]
    tile = generated.call("tiles", "tile", ARGUMENTS["tile"])
    assert tile.parsed.payload.read() == tile.content
    assert tile.content


def test_every_operation_that_requires_an_account_returns_a_typed_problem(
    generated, document, tags
):
    problem_class = generated.model("ProblemOut")
    secured = [
        operation
        for path, item in document["paths"].items()
        for operation in item.values()
        if operation.get("security") and path.startswith("/v1/")
    ]
    assert len(secured) > 20
    for operation in secured:
        operation_id, tag = operation["operationId"], operation["tags"][0]
        arguments = dict(ARGUMENTS.get(operation_id, {}))
        names = generated.function(tag, operation_id).__annotations__
        arguments |= {"number": 1} if "number" in names else {}
        arguments |= {"if_match": '"1"'} if "if_match" in names else {}
        problem = generated.call(tag, operation_id, arguments, is_signed_in=False).parsed
        assert isinstance(problem, problem_class), operation_id
        assert (problem.status, problem.code) == (401, "not_signed_in"), operation_id
