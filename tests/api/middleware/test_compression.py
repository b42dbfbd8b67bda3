"""Compression of responses: fast, correct for every way of sending, beside the event loop."""

import asyncio
import gzip
import random
import time

import pytest
from starlette.types import Message

from api.middleware.compression import MIN_BYTES, MIN_BYTES_IN_THREAD, Compression
from tests.waiting import run_coroutine

BATCH = ("[" + ",".join(f'"{random.Random(1).randrange(10**15)}"' for _ in range(9)) + "]").encode()


async def _compressed(parts: list[bytes]) -> tuple[dict[bytes, bytes], bytes]:
    """Send a response in these parts through the middleware; return its headers and its body."""
    sent: list[Message] = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number, part in enumerate(parts, 1):
            more = number < len(parts)
            await send({"type": "http.response.body", "body": part, "more_body": more})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/lookup"}
    scope |= {"headers": [(b"accept-encoding", b"gzip, deflate")]}
    await Compression(app)(scope, None, send)
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


@pytest.mark.parametrize(
    "sizes",
    [[MIN_BYTES], [MIN_BYTES_IN_THREAD + 1], [10, 20, 0], [200_000, 5, 200_000], [3_000_000]],
)
def test_a_compressed_response_decompresses_to_what_the_route_sent(sizes):
    parts = [(BATCH * (size // len(BATCH) + 1))[:size] for size in sizes]
    headers, body = run_coroutine(_compressed(parts))
    assert headers[b"content-encoding"] == b"gzip"
    assert gzip.decompress(body) == b"".join(parts)
    assert headers.get(b"content-length", b"%d" % len(body)) == b"%d" % len(body)


def test_the_event_loop_continues_while_a_large_response_is_compressed():
    """A ticker counts how long the event loop was busy with anything else."""
    body = BATCH * 400_000  # 60 MB: about 0.1 s of compression

    async def longest_pause() -> tuple[float, float]:
        pauses, last = [0.0], time.perf_counter()
        compression = asyncio.create_task(_compressed([body]))
        start = last
        while not compression.done():
            await asyncio.sleep(0.001)
            last, before = time.perf_counter(), last
            pauses.append(last - before)
        return max(pauses), time.perf_counter() - start

    pause_s, total_s = run_coroutine(longest_pause())
    assert pause_s < total_s / 2
