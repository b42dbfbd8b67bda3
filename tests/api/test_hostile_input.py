"""No input to any route is an unexpected error: a table over the routes of the application."""

import datetime
import json
import logging
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Date, String, bindparam, cast, select, text

from api.error_description import describe
from geo import issues
from tests.api.access.conftest import fill_path
from tests.api.access.requests import BODIES, PATH_PARAMS, QUERY_PARAMS
from tests.api.accounts import signed_in
from tests.api.operations import operations_of

PROBLEM = "application/problem+json"
TEXTS = {
    "empty": "",
    "nul": "a\0b",
    "control": "a\r\nSet-Cookie: x=1",
    "cjk": "工单-0001",
    "url": "a/b?c#d%",
    "year": "2024",
    "huge": "1e308",
    "integer": "9" * 30,
    "half_code": "23040",
    "long": "x" * 60_000,
}
JSON_VALUES: list[Any] = [
    *TEXTS.values(),
    *("\ud800", None, True, -1, 2**64, 1e308, [], [["a"]], {}, {"a": {"\ud800": 1}}),
]
ACCEPTED = {200, 201, 303, 304, 307, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428}


def _is_handled(response: Any) -> bool:
    """Whether a response is a success, or an error in the documented form."""
    if response.status_code not in ACCEPTED:
        return False
    media_type = response.headers.get("content-type", "")
    return response.status_code < 400 or media_type == PROBLEM or "html" in media_type


@pytest.fixture
def admin(client: TestClient, district, accounts) -> TestClient:
    """An admin, who gets past every check of permissions."""
    caller = signed_in(client, "admin")
    caller.headers["If-Match"] = '"1"'
    return caller


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_query_or_path_parameter_is_an_unexpected_error(admin, text):
    for method, path, operation in operations_of(admin):
        url, params = fill_path(path, 1), QUERY_PARAMS.get(path, {})
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query":
                hostile = {**params, parameter["name"]: text}
                response = admin.request(method, url, params=hostile, json=BODIES.get(path))
                assert _is_handled(response), (method, path, parameter["name"], response.text[:300])
            elif parameter["in"] == "header":
                header = {parameter["name"]: text.encode("utf-8", "replace").replace(b"\r\n", b" ")}
                response = admin.request(method, url, params=params, headers=header)
                assert _is_handled(response), (method, path, parameter["name"], response.text[:300])
        for name in PATH_PARAMS.keys() & set(path.replace("}", "{").split("{")):
            hostile_url = path.replace(f"{{{name}}}", _quote(text))
            response = admin.request(method, fill_path(hostile_url, 1), params=params)
            assert _is_handled(response), (method, path, name, response.text[:300])


def _quote(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text[:2000].encode())


@pytest.mark.parametrize("value", JSON_VALUES, ids=lambda value: repr(value)[:20])
def test_no_field_of_a_body_is_an_unexpected_error(admin, value):
    for path, body in BODIES.items():
        url, params = fill_path(path, 1), {"area": "230403"} if path == "/v1/limits" else {}
        for field in (*body, "unknown"):
            response = _post_json(admin, url, {**body, field: value}, params)
            assert _is_handled(response), (path, field, response.text[:300])
            if field == "unknown":
                assert response.status_code in (404, 422), (path, response.text[:300])


def _post_json(caller: TestClient, url: str, body: Any, params: dict[str, str]) -> Any:
    content = json.dumps(body)  # escapes lone surrogates, and writes NaN
    headers = {"Content-Type": "application/json"}
    return caller.post(url, content=content, headers=headers, params=params)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"NaN", b"[" * 100_000, b'"\xff"', b"1" * 5000, b"\0", b'{"a":1}{"a":1}'],
    ids=lambda body: repr(body[:8]),
)
def test_no_malformed_body_is_an_unexpected_error(admin, body):
    for path in BODIES:
        for media_type in ("application/json", "multipart/form-data; boundary=", "text/csv"):
            headers = {"Content-Type": media_type}
            response = admin.post(fill_path(path, 1), content=body, headers=headers)
            assert _is_handled(response), (path, media_type, response.text[:300])


@pytest.mark.parametrize("moment", ["2024", "0", "1e9", "2024-01-01", "2024-01-01T00:00:00"])
def test_a_timestamp_has_a_date_a_time_and_a_zone(client, district, moment):
    for path in ("/v1/grids?at=", "/v1/lookup?lon=130&lat=47&at=", "/v1/diff?to=1&from="):
        response = client.get(path + moment)
        is_revision = path.startswith("/v1/diff") and len(moment) < 5 and moment.isdecimal()
        assert response.status_code in ((200, 404) if is_revision else (422,)), path


@pytest.mark.parametrize("day", ["0", "2024", "1e9", "20240101", "2024-01-01T00:00:00"])
def test_a_date_is_written_with_hyphens(client, district, day):
    for path in ("/v1/buildings?on=", "/v1/property-coverage?on=", "/tiles/grids/1/1/0.mvt?on="):
        response = client.get(path + day)
        assert "should be a date such as" in response.json()["detail"], path


@pytest.mark.parametrize("ref", ["工单-0001", "a/b?c#d%", "a b", "-", "'"])
def test_an_issue_of_any_reference_can_be_read_at_its_location(client, district, ref):
    body = {"category": "heating", "lon": 130.005, "lat": 47.005, "ref": ref}
    filed = client.post("/v1/issues", json=body)
    assert filed.status_code == 201, filed.text
    assert client.get(filed.headers["location"]).json()["ref"] == ref


@pytest.mark.parametrize("ref", ["A\r\nSet-Cookie: x=1", " a", "..", "", "counts", "\x7f"])
def test_a_reference_that_no_url_can_name_is_rejected(client, district, ref):
    body = {"category": "heating", "lon": 130.005, "lat": 47.005, "ref": ref}
    assert "body.ref" in client.post("/v1/issues", json=body).json()["detail"]


PHONE = "13800001111"


@pytest.fixture
def failing(client, monkeypatch) -> TestClient:
    """A client of a service whose database refuses a row with a phone number."""

    def fail(session, ref, **_):
        session.execute(select(cast(bindparam("value", ref, String), Date)))

    monkeypatch.setattr(issues, "get", fail)
    return TestClient(client.app, raise_server_exceptions=False)


def test_an_unexpected_error_is_logged_without_values_and_has_cors_headers(failing, caplog):
    with caplog.at_level(logging.ERROR):
        response = failing.get(f"/v1/issues/{PHONE}-x", headers={"Origin": "https://a.example"})
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert response.headers["access-control-allow-origin"] == "*"
    assert PHONE not in caplog.text
    assert "GET /v1/issues/{ref:whole_path} failed" in caplog.text
    assert "SQLSTATE 22007" in caplog.text


def test_a_statement_without_its_privilege_is_logged_though_it_looks_like_a_restore(
    client, monkeypatch, caplog
):
    def fail(session, ref, **_):
        session.execute(text("SELECT * FROM pg_authid_of_another_version"))

    monkeypatch.setattr(issues, "get", fail)
    with caplog.at_level(logging.ERROR):
        response = client.get(f"/v1/issues/{PHONE}")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert "SQLSTATE 42P01" in caplog.text
    assert PHONE not in caplog.text


def test_an_error_that_is_its_own_cause_is_described_once():
    first, second = ValueError(PHONE), KeyError(PHONE)
    first.__cause__, second.__cause__ = second, first
    assert describe(first) == "builtins.KeyError\nwhich led to:\nbuiltins.ValueError"


def test_the_description_of_an_error_names_its_classes_and_lines():
    try:
        datetime.date.fromisoformat(PHONE)
    except ValueError as error:
        text = describe(error)
    assert "builtins.ValueError" in text
    assert "test_hostile_input.py" in text
    assert "1380000" not in text
