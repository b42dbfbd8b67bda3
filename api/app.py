"""The web application, built from settings and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client import CollectorRegistry
from sqlalchemy.orm import sessionmaker

from api import errors
from api.deps import known_parameters
from api.middleware.body_limit import Bounded
from api.middleware.compression import Compressed
from api.middleware.fast_path import Quick
from api.middleware.metrics import Metrics
from api.middleware.response_cache import Kept
from api.pages.login import to_the_door
from api.routes import (
    accounts,
    areas,
    assets,
    audit,
    buildings,
    grids,
    health,
    issues,
    limits,
    login,
    lookup,
    pages,
    plans,
    property_coverage,
    redraw,
    revisions,
    search,
    tiles,
)
from api.serializers.batch_lookup import REVISION, SUMMARY
from api.tiles.renderer import Memory
from api.tiles.store import Shelf
from geo import db
from geo.accounts.permissions import NotSignedIn
from geo.lookup.snapshots import Live
from geo.plans.replay_cache import Replays
from geo.postgres import embedded
from geo.settings import Settings
from geo.tiles.connections import Reader

ROUTERS = (
    areas,
    buildings,
    property_coverage,
    grids,
    revisions,
    plans,
    limits,
    issues,
    search,
    accounts,
    audit,
    login,
    redraw,
)


def create_app(settings: Settings) -> FastAPI:
    """Return the application; it reaches for the database only when asked something."""
    app = FastAPI(
        title="Gridward",
        version=version("gridward"),
        summary="Buildings without property management, and the micro-grid of every place.",
        responses=errors.PROBLEMS,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    registry = CollectorRegistry()
    engine = db.connect(embedded.database_url(settings))
    app.state.settings = settings
    app.state.engine = engine
    app.state.live = Live(engine, memory_bytes=settings.index_memory_mb << 20)
    app.state.sessions = sessionmaker(engine)
    app.state.reader = Reader(engine)
    app.state.reading = app.state.reader.cursor
    app.state.shelf = Shelf(settings.home / "tiles", settings.tile_cache_mb)
    app.state.memory = Memory()
    app.state.replays = Replays()
    app.state.drawing = tiles.drawing()
    app.state.metrics = registry
    app.state.parameters = {}
    for quick in (lookup, tiles):
        app.include_router(quick.router)  # they look after their parameters themselves, for speed
    for subject in (*ROUTERS, health, pages, assets):
        app.include_router(subject.router, dependencies=[Depends(known_parameters)])
    errors.install(app)
    app.add_exception_handler(NotSignedIn, to_the_door)
    _wrap(app, settings, registry)
    return app


def _wrap(app: FastAPI, settings: Settings, registry: CollectorRegistry) -> None:
    """Put around the application what concerns every request; the last is the outermost."""
    lookups = frozenset({lookup.router.prefix})
    app.add_middleware(Bounded, most=settings.body_megabytes << 20, except_for=lookups)
    app.add_middleware(Compressed, brief=lookups)
    known = {kind: told for kind, told in app.exception_handlers.items() if kind is not Exception}
    app.add_middleware(Quick, way=tiles.WAY, handlers=known)
    if settings.tile_cache_mb:
        app.add_middleware(Kept, prefix=tiles.router.prefix)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
        expose_headers=["ETag", "Link", "Location", SUMMARY, REVISION],
    )
    app.add_middleware(Metrics, registry=registry)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with app.state.live:
        yield
    app.state.drawing.shutdown()
    app.state.reader.dispose()
    app.state.engine.dispose()


def served() -> FastAPI:
    """Return the application as the environment sets it; each worker process calls this."""
    return create_app(Settings())
