"""`gridward serve`: the web service."""

import signal
import threading
import time
from http.client import HTTPConnection
from typing import Annotated

import typer
import uvicorn

from api.cli.output import say
from geo import db
from geo.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
) -> None:
    """Serve the API and the map pages until stopped."""
    settings = Settings()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # once it has finished it dies of it: a clean end
    db.ready(settings).dispose()
    announcer = threading.Thread(target=_announce, args=(settings,), daemon=True)
    announcer.start()
    uvicorn.run(
        "api.app:served",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        log_level="warning",
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
    )


def _announce(settings: Settings) -> None:
    """Say where the service is, once it answers."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    while not _answers(host, settings.port):
        time.sleep(0.1)
    say(f"Gridward answers at {settings.address}/ (stop it with Ctrl-C)")


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
