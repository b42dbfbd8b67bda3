"""Map pages opened in a browser: from a file, or from a small HTTP server."""

import threading
from collections.abc import Callable, Iterator

import pytest

from maps.pages.map_pages import RenderedPage
from maps.pages.page_data import EmbeddedData
from tests.maps.pages.page_service import PageServer, PageService, request_handler


@pytest.fixture
def open_file(open_url, tmp_path) -> Callable:
    def open_(page: RenderedPage, size: tuple[int, int] = (1366, 768)):
        file = tmp_path / "map.html"
        file.write_text(page.html, "utf-8")
        return open_url(file.as_uri(), size)

    return open_


@pytest.fixture
def service(small_town: EmbeddedData) -> Iterator[PageService]:
    page_service = PageService(small_town)
    server = PageServer(("127.0.0.1", 0), request_handler(page_service))
    page_service.home = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield page_service
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def open_page(service: PageService, open_url) -> Callable:
    """Open a page of the server; the page closes before the server stops."""
    return lambda kind, **options: open_url(f"{service.home}/maps/{kind}", **options)
