"""Every route follows HTTP: HEAD, Allow, ETags by encoding, 304, CSP of pages, no echoed Host."""

import pytest

from maps.folium import assets
from tests.api.access.rules import RULES
from tests.api.accounts import client_for

UNDOCUMENTED = ["/", "/docs", "/docs/errors", "/openapi.json", assets.api_docs_assets()[0].url]
GET_PATHS = [*(path for method, path in RULES if method == "get"), *UNDOCUMENTED]
PATHS = sorted({path for _, path in RULES} | set(UNDOCUMENTED))
FOREIGN_HOST = "attacker.example"
CHANGING = {"/metrics"}
"""Routes whose content differs between two requests."""
WITHOUT_ETAG = {"/v1/lookup", "/"}
"""A lookup, which is smaller than a 304 is worth, and a redirect."""


@pytest.fixture
def get(client, send):
    """Return a function that requests a path as an admin: the client and the response."""
    caller = client_for(client, "admin-inside")
    caller.headers |= {"Accept-Encoding": "identity", "Host": FOREIGN_HOST}

    def request(path):
        response = caller.get(path) if path in UNDOCUMENTED else send(caller, "get", path)
        assert response.status_code < 400, response.text
        assert FOREIGN_HOST not in f"{response.text} {response.headers}"
        return caller, response

    return request


def stable_headers(response):
    """The headers that two requests share: no cookie, and no id of the request."""
    changing = {"set-cookie", "x-request-id"}
    return {name: value for name, value in response.headers.items() if name not in changing}


@pytest.mark.parametrize("path", GET_PATHS)
def test_head_has_the_headers_of_get_and_no_body(get, path):
    caller, response = get(path)
    head = caller.head(response.url, follow_redirects=False)
    assert (head.status_code, head.content) == (response.status_code, b"")
    assert head.headers.keys() == response.headers.keys()
    if path not in CHANGING:
        assert stable_headers(head) == stable_headers(response)


@pytest.mark.parametrize("path", PATHS)
def test_an_unsupported_method_is_rejected_with_all_methods_of_the_path(client, path):
    methods = {method.upper() for method, other in RULES if other == path} or {"GET"}
    if "GET" in methods:
        methods.add("HEAD")
    response = client.patch(path.replace("{z}/{x}/{y}", "1/1/1").replace("{layer}", "grids"))
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == methods


@pytest.mark.parametrize("path", GET_PATHS)
def test_a_response_that_may_be_stored_has_an_etag_which_is_another_one_when_compressed(get, path):
    caller, response = get(path)
    if "no-store" in response.headers.get("cache-control", ""):
        condition = {"If-None-Match": response.headers.get("etag", "*"), "Range": "bytes=0-1"}
        again = caller.get(response.url, headers=condition)
        assert (again.status_code, len(again.content)) == (200, len(response.content))
        return
    if path in WITHOUT_ETAG | CHANGING:
        return
    etag = response.headers["etag"]
    assert etag.startswith('"')
    compressed = caller.get(response.url, headers={"Accept-Encoding": "gzip;q=0.8"})
    is_compressed = "content-encoding" in compressed.headers
    assert compressed.text == response.text
    assert (compressed.headers["etag"] != etag) == is_compressed
    for sent in (etag, compressed.headers["etag"], f"W/{etag}", f'"x", {etag}', "*"):
        again = caller.get(response.url, headers={"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert not {"content-type", "content-length"} & again.headers.keys()
    assert caller.get(response.url, headers={"If-None-Match": '"x"'}).status_code == 200
    for refused in ("gzip;q=0", "identity, gzip;q=0.5", "*;q=0", "br"):
        plain = caller.get(response.url, headers={"Accept-Encoding": refused})
        assert (plain.headers.get("content-encoding"), plain.headers["etag"]) == (None, etag)


@pytest.mark.parametrize("path", [path for path in GET_PATHS if not path.startswith("/v1/")])
def test_every_page_states_what_it_may_load(get, path):
    _, response = get(path)
    if response.headers.get("content-type", "").startswith("text/html"):
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        scripts = policy.partition("script-src")[2].partition(";")[0]
        assert "unsafe" not in scripts


@pytest.mark.parametrize("path", PATHS)
def test_a_slash_at_the_end_is_an_error_not_a_redirect_to_the_host_of_the_caller(client, path):
    if "{" in path or path == "/":
        return
    headers = {"Host": FOREIGN_HOST}
    response = client.get(f"{path}/", headers=headers, follow_redirects=False)
    assert response.status_code in (404, 405)
    assert FOREIGN_HOST not in f"{response.text} {response.headers}"
