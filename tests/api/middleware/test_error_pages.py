"""A browser that opens a wrong address gets a page that says so; programs get JSON."""

import pytest

from api.errors import PROBLEM
from tests.api.accounts import signed_in

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
WRONG = [
    ("/maps/grids?area=99", 404, "没有这个代码的区域"),
    ("/maps/property-coverage?area=99&lang=en", 404, "There is no area with this code"),
    ("/maps/none", 422, "地址有误"),
    ("/maps/grids?lang=fr", 422, "地址有误"),
    ("/maps/grids?on=2026-02-30&lang=en", 422, "The address is not valid"),
    ("/maps/grids?unknown=1&lang=en", 422, "The address is not valid"),
    ("/none", 404, "没有这个页面"),
    ("/maps/", 404, "没有这个页面"),
    ("/redraw/999999?lang=en", 404, "There is no plan with this number"),
]


@pytest.fixture
def viewer(client, accounts):
    """A client that is signed in, with an account that may see every page."""
    return signed_in(client, "viewer")


@pytest.mark.parametrize(("path", "status", "heading"), WRONG)
def test_a_browser_gets_a_page_in_its_language(viewer, path, status, heading):
    response = viewer.get(path, headers={"Accept": BROWSER})
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in response.headers["content-security-policy"]
    assert f"<h1>{heading}</h1>" in response.text
    problem = viewer.get(path, headers={"Accept": "*/*"}).json()
    assert problem["code"] in response.text
    assert "/maps/property-coverage" in response.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.9"])
@pytest.mark.parametrize("path", [path for path, _, _ in WRONG])
def test_a_program_gets_a_problem_document(viewer, path, accept):
    response = viewer.get(path, headers={"Accept": accept})
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["status"] == response.status_code


@pytest.mark.parametrize("path", ["/v1/areas/99", "/v1/none", "/tiles/none/0/0/0.mvt"])
def test_data_has_problem_documents_even_for_browsers(client, path):
    assert client.get(path, headers={"Accept": BROWSER}).headers["content-type"] == PROBLEM


def test_a_page_of_an_error_quotes_what_was_entered_as_text(client):
    path = "/maps/grids?area=<script>alert(1)</script>"
    text = client.get(path, headers={"Accept": BROWSER}).text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_long_compressed_problem_becomes_a_page(client):
    names = "&".join(f"unknown_{number}=1" for number in range(100))
    headers = {"Accept": BROWSER, "Accept-Encoding": "gzip"}
    response = client.get(f"/maps/grids?{names}", headers=headers)
    assert response.status_code == 422
    assert "unknown_99" in response.text or "unknown_0" in response.text
    assert "content-encoding" not in response.headers
