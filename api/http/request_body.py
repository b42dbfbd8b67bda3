"""Request bodies of limited size, and clients that disconnect."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from api.errors import TooLarge


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body. Raises TooLarge as soon as more than `max_bytes` are announced or read."""
    content_length = request.headers.get("content-length", "")
    parts, size = [], int(content_length) if content_length.isdigit() else 0
    if size <= max_bytes:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > max_bytes:
                break
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
