"""A small server of the redraw pages and of plans in memory, for a browser to visit."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from geo.settings import Language
from maps import assets, redraw
from maps.pages import Page
from maps.redraw import Desk
from tests.maps.drafts import Drafts, Refused

TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
LISTS = ("/v1/plans", "/v1/grids", "/v1/buildings", "/v1/lookup")


def handler(
    drafts: Drafts, fallback: Callable[[str, str, dict[str, str]], tuple[int, str, bytes]]
) -> type[BaseHTTPRequestHandler]:
    files = dict(assets.files())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def who(self) -> str:
            cookie = self.headers.get("Cookie") or ""
            return dict(
                part.strip().split("=", 1) for part in cookie.split(";") if "=" in part
            ).get("login", "chen")

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            if asked.path.startswith("/redraw"):
                self.page(asked.path, Language(query.get("lang", "en")))
            elif asked.path in files:
                file = files[asked.path]
                self.send(200, TYPES[file.suffix], file.read_bytes())
            elif asked.path.startswith(("/v1/plans", "/v1/areas/")) or asked.path in LISTS:
                self.answer(lambda: drafts.get(asked.path, query))
            else:
                self.send(*fallback(self.path, asked.path, query))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(lambda: drafts.post(self.path, body, self.headers, self.who()))

        def answer(self, ask: Callable[[], Any]) -> None:
            try:
                with drafts.lock:
                    said = json.dumps(ask()).encode()
                self.send(200, "application/json", said)
            except Refused as refused:
                said = json.dumps(refused.body).encode()
                self.send(refused.status, "application/problem+json", said)

        def page(self, path: str, language: Language) -> None:
            drawn = drawn_page(
                drafts, Desk(self.who(), "coordinator", csrf="known"), path, language
            )
            hashes = " ".join(f"'{code}'" for code in drawn.script_hashes)
            policy = f"default-src 'self'; script-src 'self' {hashes}; img-src 'self' data:;"
            policy += " style-src 'self' 'unsafe-inline'"
            self.send(200, "text/html; charset=utf-8", drawn.html.encode(), policy)

        def send(self, status: int, kind: str, body: bytes, policy: str | None = None) -> None:
            self.send_response(status)
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def drawn_page(drafts: Drafts, desk: Desk, path: str, language: Language) -> Page:
    number = path.removeprefix("/redraw").strip("/")
    if not number:
        return redraw.plans(desk, language=language)
    return redraw.table(
        desk,
        int(number),
        bounds=drafts.bounds,
        revision=drafts.revision,
        states={},
        on="2025-06-30",
        language=language,
    )


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True
