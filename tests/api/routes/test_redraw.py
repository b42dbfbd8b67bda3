"""The routes of the redraw pages: who may look, what they are told, and what they may load."""

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
    found = re.search(r'id="gridward-config">(.*?)</script>', html)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_led_to_the_door_and_back(client: TestClient, path: str):
    answer = client.get(path, headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")


def test_the_pages_know_who_looks_and_what_a_write_repeats(chen: TestClient, plan: int):
    secret = sessions.csrf(chen.cookies[auth.COOKIE])
    for path in ("/redraw", f"/redraw/{plan}"):
        answer = chen.get(path, headers=HTML)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert config(answer.text)["account"] == {"login": "chen", "role": "coordinator"}
        assert f'<meta name="csrf-token" content="{secret}">' in answer.text
        assert 'action="/logout"' in answer.text
        assert 'href="/maps/grids"' in answer.text


def test_a_viewer_may_look_at_both(client: TestClient, plan: int):
    viewer = signed_in(client, "viewer", "cookie")
    assert viewer.get("/redraw").status_code == viewer.get(f"/redraw/{plan}").status_code == 200


def test_a_page_may_run_its_own_script_alone(chen: TestClient, plan: int):
    for path in ("/redraw", f"/redraw/{plan}"):
        answer = chen.get(path)
        rule = answer.headers["content-security-policy"]
        assert re.search(r"script-src 'self' 'sha256-[^']+';", rule)
        assert "frame-ancestors 'self'" in rule


def test_the_number_of_no_plan_is_not_found(chen: TestClient):
    assert chen.get("/redraw/999").json()["code"] == "plan_unknown"


def test_an_unknown_parameter_is_named(chen: TestClient):
    assert chen.get("/redraw?lamg=en").status_code == 422


def test_the_notice_tells_and_draws_what_changes_and_shows_markup_as_text(
    chen: TestClient, plan: int
):
    step = {"kind": "rename", "code": "230403001001002", "name": MARKUP}
    address = f"/v1/plans/{plan}/operations"
    assert chen.post(address, json=step, headers={"If-Match": '"1"'}).status_code == 200
    for language, word in (("zh", "网格调整通知"), ("en", "Notice of changed micro-grids")):
        answer = chen.get(f"/redraw/{plan}/notice?lang={language}")
        assert answer.status_code == 200
        assert word in answer.text
        assert answer.text.count("<svg") == 2
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert answer.text.count("&lt;img src=x onerror=alert(1)&gt;") >= 3
        assert "230403001001002" in answer.text


def test_the_notice_of_a_plan_without_steps_says_so(chen: TestClient, plan: int):
    answer = chen.get(f"/redraw/{plan}/notice?lang=en")
    assert answer.status_code == 200
    assert "Nothing is changed yet." in answer.text
