"""Names and values that the service does not know are rejected, never ignored."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.schemas.base import RequestBody
from data.columns import DatasetKind
from geo.accounts import accounts as geo_accounts
from geo.accounts import audit
from geo.models import Role
from geo.plans import drafts
from tests.api.access.conftest import fill_path
from tests.api.access.requests import BODIES, QUERY_PARAMS
from tests.api.accounts import signed_in
from tests.api.operations import operations_of
from tests.conftest import ROOT


@pytest.fixture
def admin(client: TestClient, district, accounts) -> TestClient:
    """An admin, who gets past every check of permissions."""
    caller = signed_in(client, "admin")
    caller.headers["If-Match"] = '"1"'
    return caller


def test_every_route_rejects_unknown_and_repeated_parameters(admin):
    urls = [(method, path, operation) for method, path, operation in operations_of(admin)]
    documented = {url[:2] for url in urls}
    all_routes = set(_routes_of(admin.app))
    urls += [(*route, {}) for route in sorted(all_routes - documented)]
    assert documented < all_routes
    assert {("get", "/"), ("get", "/docs"), ("get", "/openapi.json")} <= {url[:2] for url in urls}
    for method, path, operation in urls:
        url, params = fill_path(path, 1), QUERY_PARAMS.get(path, {}) if method == "get" else {}
        response = admin.request(method, url, params={**params, "datun": "x"}, json={})
        assert response.status_code == 422, (method, path)
        assert "datun: is not a parameter here" in response.json()["detail"]
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and parameter["schema"].get("type") != "array":
                twice = [(parameter["name"], "1"), (parameter["name"], "1")]
                response = admin.request(method, url, params=twice, json={})
                assert response.status_code == 422, (method, path, parameter["name"])
                assert f"{parameter['name']}: is given 2 times" in response.json()["detail"]


def _routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield the method and path of every route, also of those that the document omits."""
    for route in app.routes:
        included = getattr(route, "original_router", None)
        for each in [route] if included is None else included.routes:
            for method in each.methods - {"HEAD"}:
                yield method.lower(), each.path_format


def test_every_body_rejects_unknown_fields(client):
    schemas = client.app.openapi()["components"]["schemas"]
    names = [name for name in schemas if name.endswith("In")]
    assert len(names) >= len(RequestBody.__subclasses__()) - 1  # BatchLookupIn is inlined
    for name in names:
        assert schemas[name].get("additionalProperties") is False, name


NUMBERS, BOOLEANS = (True, "1", "x"), (1, 0.0, "yes", "true")


@pytest.mark.parametrize(
    ("path", "field", "values"),
    [
        ("/v1/limits?area=230403", "least_households", NUMBERS),
        ("/v1/accounts/chen/tokens", "days", NUMBERS),
        ("/v1/issues", "lon", NUMBERS),
        ("/v1/revisions/1/revert", "leave_empty", BOOLEANS),
    ],
)
def test_no_value_of_another_json_type_is_converted(admin, path, field, values):
    for value in values:
        body = {**BODIES.get(path, {}), field: value}
        detail = admin.post(path, json=body).json()["detail"]
        assert f"body.{field}: should be " in detail, (value, detail)


@pytest.mark.parametrize("version", ['"3', "W/3", "3-gzip", "\u0663", "*", '"1", "2"', "1" * 10])
def test_what_is_no_version_of_a_plan_is_rejected(admin, version):
    headers = {"If-Match": version.encode()}
    response = admin.post("/v1/plans/1/undo", headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "bad_version")


@pytest.mark.parametrize("version", ['"3"', 'W/"3"', '"3-gzip"', "3"])
def test_a_version_is_accepted_in_any_encoding(admin, version):
    response = admin.post("/v1/plans/1/undo", headers={"If-Match": version})
    assert (response.status_code, response.json()["code"]) == (404, "plan_unknown")


@pytest.mark.parametrize(
    "path",
    ["/v1/areas", "/v1/buildings", "/v1/grids", "/v1/issues", "/v1/issues/counts", "/v1/revisions"],
)
def test_an_unknown_area_is_not_an_empty_list(client, district, path):
    response = client.get(path, params={"area": "23040"})
    assert (response.status_code, response.json()["code"]) == (404, "area_unknown")
    assert client.get(path, params={"area": "230403"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "value", "code"),
    [
        ("/v1/issues?category=", "heating", "category_unknown"),
        ("/v1/plans?author=", "admin", "author_unknown"),
        ("/v1/plans?author=", "wang", "author_unknown"),
        ("/v1/audit?login=", "admin", "login_unknown"),
        ("/v1/audit?login=", "root", "login_unknown"),
        ("/v1/audit?action=", "plan", "action_unknown"),
        ("/v1/audit?action=", "plan.publish", "action_unknown"),
        ("/v1/property-coverage?use=", "residential", "use_unknown"),
        ("/v1/property-coverage?not_use=", "", "use_unknown"),
        ("/v1/property-coverage/changes?since=2022-01-01&use=", "residential", "use_unknown"),
    ],
)
def test_an_unknown_value_of_a_filter_is_not_an_empty_list(admin, session, query, value, code):
    session.execute(text("UPDATE building SET use = 'residential'"))
    drafts.create(session, "a plan", author="wang")
    audit.write(session, audit.Actor("root", "command line"), "demo.fill", "the sample city")
    assert admin.get(query + value).status_code == 200
    response = admin.get(f"{query}{value}x")
    assert (response.status_code, response.json()["code"]) == (404, code)
    assert response.json()["hint"]


def test_an_admin_learns_nothing_about_logins_out_of_reach(client, session, district, accounts):
    geo_accounts.add(session, "inside", Role.VIEWER, reach="230403001001")
    geo_accounts.add(session, "outside", Role.VIEWER, reach="230403001002")
    geo_accounts.add(session, "local", Role.ADMIN, reach="230403001001")
    local = signed_in(client, "local")
    assert local.get("/v1/audit?login=inside").status_code == 200
    for login in ("outside", "nobody"):
        assert local.get("/v1/audit", params={"login": login}).json()["code"] == "login_unknown"


_FORM_TAG = re.compile(r'<form[^>]* action="([^"?]+)[^>]*>(.*?)</form>', re.DOTALL)
FORMS = {
    "/login": {"login": "chen", "password": "x"},
    "/login/password": {"old": "x", "new": "another horse"},
    "/logout": {},
}


@pytest.mark.parametrize("path", FORMS)
def test_every_form_rejects_unknown_and_repeated_fields(admin, path):
    form = {**FORMS[path], "csrf": ""}
    response = admin.post(path, data={**form, "remember": "1"})
    assert response.status_code == 422
    assert "body.remember: is not a parameter here; known are: csrf" in response.json()["detail"]
    response = admin.post(path, data={**form, "csrf": ["", ""]})
    assert "body.csrf: is given 2 times; once is allowed" in response.json()["detail"]
    assert admin.post(path, data=form, follow_redirects=False).status_code != 422


def test_the_forms_of_the_pages_send_only_fields_of_the_document(client):
    document, paths = client.app.openapi(), set()
    for template in (ROOT / "maps" / "templates").glob("*.html"):
        for path, content in _FORM_TAG.findall(template.read_text("utf-8")):
            body = document["paths"][path]["post"]["requestBody"]["content"]
            reference = body["application/x-www-form-urlencoded"]["schema"]["$ref"]
            schema = document["components"]["schemas"][reference.rpartition("/")[2]]
            sent = set(re.findall(r'<input[^>]* name="(\w+)"', content))
            assert sent <= schema["properties"].keys(), (template.name, path)
            paths.add(path)
    assert paths == FORMS.keys()


def test_the_forms_of_the_document_are_those_of_the_table(client):
    schemas = client.app.openapi()["components"]["schemas"]
    forms = {path for _, path, operation in operations_of(client) if _has_form(operation)}
    assert forms == FORMS.keys()
    for name in schemas:
        assert not name.startswith("Body_") or schemas[name]["additionalProperties"] is False


def _has_form(operation: dict[str, Any]) -> bool:
    content = operation.get("requestBody", {}).get("content", {})
    return "application/x-www-form-urlencoded" in content


def test_every_kind_of_import_is_an_action_of_the_audit_log():
    assert set(audit.ACTIONS["import"]) == set(DatasetKind)


def test_exactly_the_actions_of_the_documentation_are_known():
    page = (ROOT / "docs" / "accounts.md").read_text("utf-8")
    listed = set(re.findall(r"`(\w+\.[\w-]+)`", page.partition("| action | done by |")[2]))
    actions = {f"{group}.{name}" for group in audit.ACTIONS for name in audit.ACTIONS[group]}
    imports = {f"import.{kind}" for kind in DatasetKind}
    assert listed == actions - imports | {"import.buildings"}
