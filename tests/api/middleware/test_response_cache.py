"""The response cache: byte-identical hits, only for immutable responses, within a limit."""

import pytest
from anyio.from_thread import start_blocking_portal

from api.middleware.response_cache import ResponseCache


@pytest.fixture
def cached_app():
    """An application behind the cache: a function that requests a path, and the calls it got."""
    calls: list[str] = []

    async def application(scope, receive, send):
        calls.append(scope["path"])
        scope["route"] = "a route"
        control = b"no-cache" if b"changing" in scope["query_string"] else b"public, immutable"
        headers = [(b"cache-control", control)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = scope["path"].encode() * (100 if b"large" in scope["query_string"] else 10)
        parts = [body, b""] if b"streamed" in scope["query_string"] else [body]
        for number, part in enumerate(parts, start=1):
            message = {"type": "http.response.body", "body": part}
            await send(message | {"more_body": number < len(parts)})

    cache = ResponseCache(application, "/tiles/", max_bytes=200)

    def request(path: str, query: bytes = b"", *headers):
        async def run():
            messages = []
            scope = {"type": "http", "method": "GET", "path": path, "query_string": query}

            async def send(message):
                messages.append(message)

            scope["headers"] = headers
            await cache(scope, None, send)
            return b"".join(message["body"] for message in messages[1:]), scope["route"]

        # its own thread and event loop: a browser of other tests may have one in this thread
        with start_blocking_portal() as portal:
            return portal.call(run)

    return request, calls


def test_an_immutable_response_is_computed_once(cached_app):
    request, calls = cached_app
    assert request("/tiles/a") == request("/tiles/a") == (b"/tiles/a" * 10, "a route")
    assert calls == ["/tiles/a"]


@pytest.mark.parametrize(
    ("path", "query", "headers"),
    [
        ("/tiles/a", b"changing", ()),
        ("/tiles/a", b"large", ()),
        ("/tiles/a", b"streamed", ()),
        ("/v1/a", b"", ()),
        ("/tiles/a", b"", ((b"if-none-match", b'"x"'),)),
        ("/tiles/a", b"", ((b"origin", b"https://example.org"),)),
        ("/tiles/a", b"", ((b"range", b"bytes=0-1"),)),
    ],
)
def test_other_responses_are_not_cached(cached_app, path, query, headers):
    request, calls = cached_app
    assert request(path, query, *headers) == request(path, query, *headers)
    assert len(calls) == 2


def test_clients_with_and_without_gzip_have_separate_entries(cached_app):
    request, calls = cached_app
    request("/tiles/a", b"", (b"accept-encoding", b"gzip"))
    request("/tiles/a")
    assert len(calls) == 2


def test_the_oldest_response_is_evicted_first(cached_app):
    request, calls = cached_app
    for name in "abca":
        request(f"/tiles/{name}")
    assert calls == ["/tiles/a", "/tiles/b", "/tiles/c", "/tiles/a"]
