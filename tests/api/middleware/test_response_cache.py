"""Answers kept in memory: repeated to the byte, only where they never change, within a bound."""

import pytest
from anyio.from_thread import start_blocking_portal

from api.middleware.response_cache import Kept


@pytest.fixture
def answered():
    """An application that says what it was asked and how often, behind the middleware."""
    asked: list[str] = []

    async def application(scope, receive, send):
        asked.append(scope["path"])
        scope["route"] = "a route"
        control = b"no-cache" if b"new" in scope["query_string"] else b"public, immutable"
        headers = [(b"cache-control", control)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": scope["path"].encode() * 10})

    kept = Kept(application, "/tiles/", most_bytes=200)

    def ask(path: str, query: bytes = b"", *headers):
        async def run():
            sent = []
            scope = {"type": "http", "method": "GET", "path": path, "query_string": query}

            async def send(message):
                sent.append(message)

            scope["headers"] = headers
            await kept(scope, None, send)
            return sent[1]["body"], scope["route"]

        # a loop of its own thread: the browser of other tests runs one in this thread
        with start_blocking_portal() as portal:
            return portal.call(run)

    return ask, asked


def test_an_immutable_answer_is_given_once_and_then_repeated(answered):
    ask, asked = answered
    assert ask("/tiles/a") == ask("/tiles/a") == (b"/tiles/a" * 10, "a route")
    assert asked == ["/tiles/a"]


@pytest.mark.parametrize(
    ("path", "query", "headers"),
    [
        ("/tiles/a", b"new", ()),
        ("/v1/a", b"", ()),
        ("/tiles/a", b"", ((b"if-none-match", b'"x"'),)),
        ("/tiles/a", b"", ((b"origin", b"https://example.org"),)),
    ],
)
def test_what_may_change_is_asked_for_again(answered, path, query, headers):
    ask, asked = answered
    for _ in range(2):
        ask(path, query, *headers)
    assert len(asked) == 2


def test_readers_with_and_without_gzip_have_answers_of_their_own(answered):
    ask, asked = answered
    ask("/tiles/a", b"", (b"accept-encoding", b"gzip"))
    ask("/tiles/a")
    assert len(asked) == 2


def test_what_came_first_makes_room(answered):
    ask, asked = answered
    for name in "abca":
        ask(f"/tiles/{name}")
    assert asked == ["/tiles/a", "/tiles/b", "/tiles/c", "/tiles/a"]
