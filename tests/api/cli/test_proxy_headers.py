"""The X-Forwarded headers of trusted proxies."""

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

FORWARDED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(("trusted_proxies", "is_trusted"), [("", False), ("127.0.0.1", True)])
def test_forwarded_headers_count_only_from_trusted_proxies(
    database_url, trusted_proxies, is_trusted
):
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "GRIDWARD_DATABASE_URL": database_url,
        "GRIDWARD_PORT": str(port),
        "GRIDWARD_TILE_CACHE_MB": "0",
        "GRIDWARD_TRUSTED_PROXIES": trusted_proxies,
    }

    def request_login(method: str, body: str = "", cookie: str = "") -> tuple[str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request(method, "/login", body, FORWARDED | form)
        response = connection.getresponse()
        page = response.read().decode()
        connection.close()
        return page, response.headers["Set-Cookie"]

    server = subprocess.Popen([GRIDWARD, "serve"], env=environment, stderr=subprocess.PIPE)
    try:
        until(lambda: b"runs at" in server.stderr.readline())
        page, cookie = request_login("GET")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        request_login("POST", f"login=nobody&password=wrong&csrf={csrf}", cookie.partition(";")[0])
    finally:
        server.terminate()
        server.wait(20)
        server.stderr.close()
    assert ("Secure" in cookie) == is_trusted
    engine = db.connect(database_url)
    with engine.connect() as connection:
        addresses = connection.execute(text("SELECT address FROM login_attempt")).scalars().all()
    engine.dispose()
    assert addresses == ["203.0.113.7" if is_trusted else "127.0.0.1"]
