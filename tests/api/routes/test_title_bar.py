"""The title bar of the map pages: links that keep language and area, and the account."""

import re

import pytest
from fastapi.testclient import TestClient

from api.http import auth
from geo.accounts import sessions
from tests.api.accounts import signed_in

PAGES = ("property-coverage", "grids", "issues")


@pytest.fixture
def chen(client: TestClient, accounts) -> TestClient:
    return signed_in(client, "chen", "cookie")


def title_bar(html: str) -> str:
    """Return the part of the title bar with the links and the account."""
    return html.partition('<div class="bar-links">')[2].partition("</div>\n</div>")[0]


def links(html: str) -> list[str]:
    """Return the addresses of the links of the title bar."""
    addresses = re.findall(r'href="([^"]*)"', title_bar(html))
    return [address.replace("&amp;", "&") for address in addresses]


@pytest.mark.parametrize("page", PAGES)
def test_links_keep_language_and_area(client, page):
    query = "lang=en&area=230403"
    assert links(client.get(f"/maps/{page}?{query}").text) == [
        *(f"/maps/{name}?{query}" for name in PAGES),
        "/redraw?lang=en",
        f"/maps/{page}?lang=zh&area=230403",
        f"/login?next=%2Fmaps%2F{page}%3Flang%3Den%26area%3D230403&lang=en",
    ]
    assert links(client.get(f"/maps/{page}").text) == [
        *(f"/maps/{name}" for name in PAGES),
        "/redraw",
        f"/maps/{page}?lang=en",
        f"/login?next=%2Fmaps%2F{page}",
    ]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_the_account_of_its_session(client, chen, page):
    html = title_bar(chen.get(f"/maps/{page}?lang=en").text)
    token = sessions.csrf_token(chen.cookies[auth.SESSION_COOKIE])
    assert f'<input type="hidden" name="csrf" value="{token}">' in html
    assert 'title="Signed in as chen">chen</a>' in html
    assert "Sign out" in html
    assert "Sign in<" not in html
    anonymous = title_bar(client.get(f"/maps/{page}?lang=en").text)
    assert "Sign in<" in anonymous
    assert "Sign out" not in anonymous
    assert "csrf" not in anonymous


def test_a_token_shows_no_account(client, accounts):
    """It has no session that could end."""
    html = title_bar(signed_in(client, "chen").get("/maps/grids?lang=en").text)
    assert "Sign in<" in html
    assert "chen" not in html


def test_caches_store_the_page_of_each_session_separately(client, chen):
    """Shared caches store only the page that everyone may see."""
    own, public = chen.get("/maps/grids"), client.get("/maps/grids")
    assert own.headers["cache-control"] == "private, no-cache"
    assert public.headers["cache-control"] == "no-cache"
    for response in (own, public):
        assert "Cookie" in response.headers["vary"].split(", ")
    assert own.headers["etag"] != public.headers["etag"]
    condition = {"If-None-Match": public.headers["etag"]}
    assert chen.get("/maps/grids", headers=condition).status_code == 200
    assert client.get("/maps/grids", headers=condition).status_code == 304
    condition = {"If-None-Match": own.headers["etag"]}
    assert chen.get("/maps/grids", headers=condition).status_code == 304


def test_signing_out_returns_to_the_page(chen):
    csrf = sessions.csrf_token(chen.cookies[auth.SESSION_COOKIE])
    form = {"csrf": csrf, "next": "/maps/grids?lang=en#on=2025-01-01"}
    response = chen.post("/logout", data=form)
    assert (response.status_code, response.headers["location"]) == (303, form["next"])


def test_signing_out_leads_to_no_other_host(chen):
    csrf = sessions.csrf_token(chen.cookies[auth.SESSION_COOKIE])
    response = chen.post("/logout", data={"csrf": csrf, "next": "//example.org/"})
    assert response.headers["location"] == "/"
