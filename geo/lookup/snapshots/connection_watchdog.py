"""Giving up on a connection that hangs without breaking."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def patience(seconds: float, connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Break a connection unless what is done inside ends in time; it then raises OperationalError.

    libpq waits for an answer as long as the other side's machine is alive, and to cancel takes a
    server that hears. A socket that is shut down wakes whoever waits on it.
    """
    guard, ended = threading.Lock(), threading.Event()

    def give_up() -> None:
        with guard:  # once ended, the number of the socket may be another's
            if not ended.is_set():
                with socket.socket(fileno=os.dup(connection.pgconn.socket)) as line:
                    line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with guard:
            ended.set()
        timer.cancel()
