"""Request bodies of limited size, and clients that disconnect."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from fastapi import Request
from starlette.types import Send

from api.errors import TooLarge

CLIENT_CLOSED_REQUEST: Final = 499
"""The status for log and metrics when the client leaves before the response, as in nginx."""


async def respond_to_nobody(send: Send) -> None:
    """Complete a request whose client has left."""
    await send({"type": "http.response.start", "status": CLIENT_CLOSED_REQUEST, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def read_body(request: Request, max_bytes: int, reserve: Callable[[int], None]) -> bytes:
    """Return the body; `reserve` is called with the size of each part, and may raise.

    Raises TooLarge as soon as more than `max_bytes` are announced or read.
    """
    content_length = request.headers.get("content-length", "")
    parts, size = [], int(content_length) if content_length.isdigit() else 0
    if size <= max_bytes:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > max_bytes:
                break
            reserve(len(part))
            parts.append(part)
    if size > max_bytes:
        raise TooLarge(
            f"The body is larger than the {max_bytes >> 20} MB allowed.",
            hint="Send it in several parts, or use gridward lookup FILE.",
        )
    return b"".join(parts)


@asynccontextmanager
async def watch_disconnect(request: Request) -> AsyncIterator[threading.Event]:
    """Yield an event that is set if the client disconnects before the response."""
    disconnected = threading.Event()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        disconnected.set()

    task = asyncio.create_task(watch())
    try:
        yield disconnected
    finally:
        task.cancel()
