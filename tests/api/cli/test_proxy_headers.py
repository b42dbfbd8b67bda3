"""Whose word counts on where a caller comes from, and whether by https."""

import http.client
import os
import re
import subprocess
from socket import socket

import pytest
from sqlalchemy import text

from geo import db
from tests.command import GRIDWARD
from tests.waiting import until

TOLD = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(("trusted", "believed"), [("", False), ("127.0.0.1", True)])
def test_a_forwarded_address_counts_where_a_setting_trusts_the_proxy(
    database_url, trusted, believed
):
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "GRIDWARD_DATABASE_URL": database_url,
        "GRIDWARD_PORT": str(port),
        "GRIDWARD_TILE_CACHE_MB": "0",
        "GRIDWARD_TRUSTED_PROXIES": trusted,
    }

    def ask(method: str, body: str = "", cookie: str = "") -> tuple[str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request(method, "/login", body, TOLD | form)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return page, answer.headers["Set-Cookie"]

    server = subprocess.Popen([GRIDWARD, "serve"], env=environment, stderr=subprocess.PIPE)
    try:
        until(lambda: b"runs at" in server.stderr.readline())
        page, cookie = ask("GET")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        ask("POST", f"login=nobody&password=wrong&csrf={csrf}", cookie.partition(";")[0])
    finally:
        server.terminate()
        server.wait(20)
        server.stderr.close()
    assert ("Secure" in cookie) == believed
    engine = db.connect(database_url)
    with engine.connect() as connection:
        addresses = connection.execute(text("SELECT address FROM attempt")).scalars().all()
    engine.dispose()
    assert addresses == ["203.0.113.7" if believed else "127.0.0.1"]
