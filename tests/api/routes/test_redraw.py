"""The redraw pages: access, configuration, Content Security Policy, change notice."""

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http import auth
from geo.accounts import sessions
from tests.api.accounts import signed_in

MARKUP = "<img src=x onerror=alert(1)> & <b>bold</b>"
PAGES = ("/redraw", "/redraw/1")
HTML = {"Accept": "text/html"}
pytestmark = pytest.mark.usefixtures("accounts")


@pytest.fixture
def chen(client: TestClient) -> TestClient:
    return signed_in(client, "chen", "cookie")


@pytest.fixture
def plan(chen: TestClient) -> int:
    return int(chen.post("/v1/plans", json={"title": MARKUP}).json()["id"])


def config(html: str) -> dict[str, Any]:
    match = re.search(r'id="gridward-config">(.*?)</script>', html)
    assert match is not None
    parsed: dict[str, Any] = json.loads(match[1])
    return parsed


@pytest.mark.parametrize("path", PAGES)
def test_callers_without_a_session_are_redirected_to_the_sign_in_form(
    client: TestClient, path: str
):
    response = client.get(path, headers=HTML, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, f"/login?next={path}")


def test_the_pages_contain_the_account_and_the_csrf_token(chen: TestClient, plan: int):
    secret = sessions.csrf_token(chen.cookies[auth.SESSION_COOKIE])
    for path in ("/redraw", f"/redraw/{plan}"):
        response = chen.get(path, headers=HTML)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
        account = {"login": "chen", "role": "coordinator", "reach": "230403001"}
        assert config(response.text)["account"] == account
        assert f'<meta name="csrf-token" content="{secret}">' in response.text
        assert 'action="/logout"' in response.text
        assert 'href="/maps/grids"' in response.text


def test_a_viewer_may_open_both_pages(client: TestClient, plan: int):
    viewer = signed_in(client, "viewer", "cookie")
    assert viewer.get("/redraw").status_code == viewer.get(f"/redraw/{plan}").status_code == 200


def test_a_page_may_run_only_its_own_scripts(chen: TestClient, plan: int):
    for path in ("/redraw", f"/redraw/{plan}"):
        response = chen.get(path)
        rule = response.headers["content-security-policy"]
        assert re.search(r"script-src 'self' 'sha256-[^']+';", rule)
        assert "frame-ancestors 'self'" in rule


def test_an_unknown_plan_is_not_found(chen: TestClient):
    assert chen.get("/redraw/999").json()["code"] == "plan_unknown"


def test_an_unknown_parameter_is_named(chen: TestClient):
    assert chen.get("/redraw?lamg=en").status_code == 422


def test_the_notice_shows_the_changes_and_escapes_markup(chen: TestClient, plan: int):
    step = {"kind": "rename", "code": "230403001001002", "name": MARKUP}
    address = f"/v1/plans/{plan}/operations"
    assert chen.post(address, json=step, headers={"If-Match": '"1"'}).status_code == 200
    for language, word in (("zh", "网格调整通知"), ("en", "Micro-grid change notice")):
        response = chen.get(f"/redraw/{plan}/notice?lang={language}")
        assert response.status_code == 200
        assert word in response.text
        assert response.text.count("<svg") == 2
        assert "<script" not in response.text
        assert "<img" not in response.text
        assert response.text.count("&lt;img src=x onerror=alert(1)&gt;") >= 3
        assert "230403001001002" in response.text


def test_the_notice_of_a_plan_without_steps_says_so(chen: TestClient, plan: int):
    response = chen.get(f"/redraw/{plan}/notice?lang=en")
    assert response.status_code == 200
    assert "No changes yet." in response.text
