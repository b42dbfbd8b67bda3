"""The web application, built from its settings."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry
from sqlalchemy.orm import sessionmaker

from api import connection_pools, errors, openapi
from api.admission import BATCH_BODIES, Admission, BatchMemory
from api.database_errors import install_database_error_handlers
from api.http.auth import SESSION_COOKIE
from api.http.content_negotiation import ResponseFormat
from api.http.input_check import check_params
from api.http.request_class import RequestClass, timeouts
from api.middleware.admission_control import AdmissionControl
from api.middleware.body_limit import BodyLimit
from api.middleware.compression import Compression
from api.middleware.conditional import Conditional
from api.middleware.error_pages import ErrorPages
from api.middleware.fast_path import FastPath
from api.middleware.head import Head
from api.middleware.internal_errors import InternalErrors
from api.middleware.monitoring import REQUEST_ID_HEADER, Monitoring
from api.middleware.rate_limits import RATE_LIMIT_HEADERS, RateLimiting, VerifiedCredentials
from api.middleware.response_cache import ResponseCache
from api.pages.login import redirect_to_login
from api.routes import (
    accounts,
    areas,
    assets,
    audit,
    buildings,
    exports,
    grids,
    health,
    issues,
    limits,
    login,
    lookup,
    pages,
    plan_edits,
    plans,
    property_coverage,
    redraw,
    revisions,
    search,
    tiles,
)
from api.serializers.batch_tables import REVISION_HEADER, SUMMARY_HEADER
from api.snapshot_wait import SnapshotWait
from data.exporting import writer
from geo.accounts.permissions import NotSignedIn
from geo.coverage.count_caches import CoverageCountCaches
from geo.coverage.records import FirstDayCache
from geo.lookup.snapshots import SnapshotStore
from geo.plans.replay_cache import ReplayCache
from geo.postgres import embedded
from geo.settings import Settings
from geo.tiles.connections import TileConnections
from geo.tiles.renderer import TileRenderer
from geo.tiles.store import SqliteTileStore

HOT_ROUTERS = (lookup, tiles)
"""Their endpoints parse their query parameters themselves; FastPath calls those of GET."""
ROUTERS = (
    areas,
    buildings,
    property_coverage,
    grids,
    revisions,
    plans,
    plan_edits,
    limits,
    issues,
    search,
    accounts,
    audit,
    exports,
    login,
    redraw,
)

SWITCH_INTERVAL_S: Final = 0.001
"""How long a thread that computes may delay the event loop, each time that it needs the GIL."""


def create_app(settings: Settings) -> FastAPI:
    """Return the application; it connects to the database with the first request."""
    app = FastAPI(
        title="Gridward",
        version=version("gridward"),
        summary="Property coverage of buildings, and the micro-grid of every location.",
        docs_url=None,
        openapi_url=None,  # its route would ignore parameters; api/routes/assets.py has one
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,  # a redirect would repeat the Host header of the caller
        lifespan=_lifespan,
    )
    registry = CollectorRegistry()
    _connect(app, settings)
    app.state.metrics = registry
    app.state.verified_credentials = VerifiedCredentials()
    for module in HOT_ROUTERS:
        app.include_router(module.router)
    for module in (*ROUTERS, health, pages, assets):
        app.include_router(module.router, dependencies=[Depends(check_params)])
    documented = (*HOT_ROUTERS, *ROUTERS, health, pages)
    routers = [module.router for module in documented]
    openapi.declare_problems(app, routers, page_limit=settings.page_limit)
    errors.install_error_handlers(app)
    install_database_error_handlers(app)
    app.add_exception_handler(NotSignedIn, redirect_to_login)
    _add_middleware(app, settings, registry)
    return app


def _connect(app: FastAPI, settings: Settings) -> None:
    """Give the application its settings, connections, queues and caches."""
    engines = connection_pools.connect(embedded.service_database_url(settings), settings)
    app.state.settings = settings
    app.state.engines = engines
    app.state.admission = Admission(
        connection_pools.slots(settings),
        queue_length=settings.queued_requests,
        timeout_s=settings.queue_seconds,
    )
    app.state.batch_memory = BatchMemory(BATCH_BODIES * settings.batch_megabytes << 20)
    app.state.snapshots = SnapshotStore(
        engines[RequestClass.BATCH],
        memory_bytes=settings.index_memory_mb << 20,
        on_restore=lambda: _replace_connections(app),
    )
    app.state.snapshot_wait = SnapshotWait(app.state.snapshots)
    app.state.sessions = {name: sessionmaker(engine) for name, engine in engines.items()}
    app.state.tile_connections = TileConnections(
        engines[RequestClass.TILE], timeouts(settings, RequestClass.TILE)
    )
    app.state.tile_renderer = TileRenderer(
        app.state.tile_connections.cursor,
        SqliteTileStore(settings.home / "tiles", settings.tile_cache_mb),
    )
    app.state.count_caches = CoverageCountCaches()
    app.state.first_days = FirstDayCache()
    app.state.replay_cache = ReplayCache()
    app.state.render_pool = tiles.render_pool()
    app.state.query_params = {}


def _add_middleware(app: FastAPI, settings: Settings, registry: CollectorRegistry) -> None:
    """Add the middleware; the last added is the outermost."""
    app.add_middleware(Conditional)
    app.add_middleware(Compression)
    handlers = dict(app.exception_handlers)
    handlers.pop(Exception)  # InternalErrors handles it
    app.add_middleware(FastPath, routes=hot_routes(), handlers=handlers)
    app.add_middleware(AdmissionControl, admission=app.state.admission)
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.body_megabytes << 20,
        exempt_paths=frozenset({lookup.router.prefix}),
    )
    if settings.tile_cache_mb:
        app.add_middleware(ResponseCache, prefix=tiles.router.prefix)
    app.add_middleware(Head)
    if settings.parsed_rate_limits:
        app.add_middleware(
            RateLimiting,
            limits=settings.parsed_rate_limits,
            cookie=SESSION_COOKIE,
            verified=app.state.verified_credentials,
        )
    app.add_middleware(InternalErrors)
    app.add_middleware(ErrorPages, language=settings.language)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
        expose_headers=[
            *("Accept-Ranges", "Content-Range", "ETag", "Link", "Location", "Retry-After"),
            *(SUMMARY_HEADER, REVISION_HEADER, REQUEST_ID_HEADER, *RATE_LIMIT_HEADERS),
        ],
    )
    app.add_middleware(Monitoring, registry=registry)


def hot_routes() -> list[APIRoute]:
    """Return the routes that FastPath calls without the router."""
    return [
        route
        for module in HOT_ROUTERS
        for route in module.router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    ]


def _replace_connections(app: FastAPI) -> None:
    """Replace every connection, each when its current user has finished."""
    for engine in app.state.engines.values():
        engine.dispose()
    app.state.tile_connections.renew()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    threads = connection_pools.count_threads(app.state.settings)
    to_thread.current_default_thread_limiter().total_tokens = threads
    app.openapi()  # else the first request would compute it and delay all others by a second
    writer.load_libraries(*ResponseFormat)
    with app.state.snapshots:
        yield
    app.state.render_pool.shutdown()
    app.state.tile_connections.dispose()
    for engine in app.state.engines.values():
        engine.dispose()


def create_app_from_environment() -> FastAPI:
    """Return the application for the settings of the environment; each worker calls this."""
    app = create_app(Settings())
    app.router.lifespan_context = _worker_lifespan
    return app


@asynccontextmanager
async def _worker_lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Exempt the objects of the start from garbage collection; they live as long as the worker.

    Each full collection would scan them, and delay all requests by a fifth of a second.
    """
    async with _lifespan(app):
        gc.collect()
        gc.freeze()
        yield
