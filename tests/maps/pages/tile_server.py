"""A server of basemap images that works, fails, hangs, or is down, and marks one place."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIZE = 256


class TileServer:
    """Serves SVG tiles of a web Mercator grid at `/{z}/{x}/{y}.svg`."""

    def __init__(self) -> None:
        self.mode = "works"  # or "404", "hangs"
        self.mark: tuple[float, float] | None = None
        """Longitude and latitude, in the datum of the tiles, of the centre of a black disc."""
        self.requests: list[str] = []
        self.released = threading.Event()
        self._http: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        return self.home + "/{z}/{x}/{y}.svg"

    def start(self) -> None:
        """Listen, on the same port as before if it was stopped."""
        self._http = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._http.daemon_threads = True
        self._port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Refuse connections."""
        if self._http is not None:
            self.released.set()
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    def image(self, z: int, x: int, y: int) -> str:
        disc = ""
        if self.mark is not None:
            lon, lat = self.mark
            world = SIZE * 2**z
            left = (lon / 360 + 0.5) * world - x * SIZE
            mercator = math.asinh(math.tan(math.radians(lat)))
            top = (0.5 - mercator / (2 * math.pi)) * world - y * SIZE
            disc = f'<circle cx="{left}" cy="{top}" r="20" fill="black"/>'
        square = f'<rect width="{SIZE}" height="{SIZE}" fill="#ff00ff"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}">'
            f"{square}{disc}</svg>"
        )


def _handler(tiles: TileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tiles.requests.append(self.path)
            if tiles.mode == "hangs":
                tiles.released.wait(30)
                return
            z, x, y = (int(part) for part in self.path.removesuffix(".svg").split("/")[1:])
            body = tiles.image(z, x, y).encode() if tiles.mode == "works" else b""
            self.send_response(200 if tiles.mode == "works" else 404)
            self.send_header("Content-Type", "image/svg+xml")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            with suppress(ConnectionError):  # the browser cancelled the request
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def serve_tiles() -> Iterator[TileServer]:
    tiles = TileServer()
    tiles.start()
    try:
        yield tiles
    finally:
        tiles.stop()
