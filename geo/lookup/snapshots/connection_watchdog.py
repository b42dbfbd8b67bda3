"""Abort a database connection that hangs without an error."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def abort_after(seconds: float, connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Shut the connection's socket down if the block takes longer than this.

    The query in the block then raises OperationalError. Without this, libpq waits for as long as
    TCP considers the connection alive; cancelling the query would need a server that still answers.
    """
    lock, finished = threading.Lock(), threading.Event()

    def abort() -> None:
        with lock:  # after the block, the file descriptor may belong to another connection
            if not finished.is_set():
                with socket.socket(fileno=os.dup(connection.pgconn.socket)) as copy:
                    copy.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, abort)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            finished.set()
        timer.cancel()
