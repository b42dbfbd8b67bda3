"""`gridward serve`: the web service."""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from http.client import HTTPConnection
from typing import Annotated

import typer
import uvicorn

from api.cli.output import print_message
from api.logs import log_config
from geo import db
from geo.postgres.embedded.supervisor import Supervisor
from geo.settings import Settings
from maps.folium.basemap import Basemap, tile_layer


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(serve)


def serve(
    workers: Annotated[int, typer.Option(min=1, help="The number of server processes.")] = 1,
) -> None:
    """Serve the API and the map pages until stopped."""
    settings = Settings()
    tile_layer(Basemap(settings.basemap, settings.basemap_datum), "")  # refuses what it cannot show
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # uvicorn raises it again after its shutdown
    db.open_migrated(settings).dispose()
    with _supervised_database(settings):
        _run_server(settings, workers)


def _supervised_database(settings: Settings) -> AbstractContextManager[object]:
    """Return what restarts the embedded database if it dies; nothing for an external one."""
    return nullcontext() if settings.database_url is not None else Supervisor(settings)


def _run_server(settings: Settings, workers: int) -> None:
    announcer = threading.Thread(target=_announce, args=(settings,), daemon=True)
    announcer.start()
    with _shared_metrics(workers):
        uvicorn.run(
            "api.app:create_app_from_environment",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=workers,
            log_config=log_config(settings),
            log_level="warning",
            access_log=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
        )


@contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """Give several workers a folder in which they share their metrics.

    prometheus_client reads the variable when it is imported: in the workers, not in this process.
    """
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="gridward-metrics-") as folder:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
        yield


def _announce(settings: Settings) -> None:
    """Print the address of the service as soon as it responds."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    while not _responds(host, settings.port):
        time.sleep(0.1)
    print_message(f"Gridward runs at {settings.base_url}/ (stop it with Ctrl-C)")


def _responds(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
