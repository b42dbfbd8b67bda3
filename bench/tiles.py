"""Vector tiles, drawn anew and kept, against TiPg's tiles of the same tables."""

import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pyogrio
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bench import city, ground, partitions, servers
from bench.figures import Figure
from geo import city_time, db
from geo.postgres import embedded
from geo.settings import Settings
from geo.tiles import versions

BUILDINGS = 100_000
TABLES = {"areas": "area", "grids": "micro_grid", "buildings": "building"}
ZOOMS = {"areas": range(12, 17), "grids": range(12, 17), "buildings": range(14, 17)}
"""At zoom 13 this city has more buildings in a tile than Gridward draws one by one."""
EACH = 6
"""Tiles of a layer and zoom."""
ROUNDS = 4
DRAWN = "/tiles/{layer}/{z}/{x}/{y}.mvt"
TIPG = "/collections/public.{table}/tiles/WebMercatorQuad/{z}/{x}/{y}"

Square = tuple[str, int, int, int]


def measure() -> Iterator[Figure]:
    """Yield ratios of tiles a second, one worker each, 16 connections, over the same tiles."""
    asked = _squares()
    with ground.register() as settings:
        engine = db.connect(embedded.url(settings))
        city.fill(engine, BUILDINGS)
        with servers.tipg(settings) as tipg:
            theirs = [_path(TIPG, square) for square in asked]
            uncached = settings.model_copy(update={"tile_cache_mb": 0})
            with servers.ours(uncached) as ours:
                drawn = [_path(DRAWN, square) for square in asked]
                yield _same(ours, tipg, asked)
                yield from _side_by_side("drawn anew", ours, drawn, tipg, theirs, 3)
            with servers.ours(settings) as ours:
                kept = [_path(DRAWN, square) + _named(engine, settings, square) for square in asked]
                for path in kept:
                    _get(ours + path)
                yield from _side_by_side("kept", ours, kept, tipg, theirs, 20)
        engine.dispose()


def _side_by_side(
    what: str, ours: str, mine: Sequence[str], tipg: str, theirs: Sequence[str], bound: float
) -> Iterator[Figure]:
    """Take turns, so that whatever else the machine does meets both."""
    pairs = [
        (servers.rate_of_each(ours, mine), servers.rate_of_each(tipg, theirs))
        for _ in range(ROUNDS)
    ]
    our_rate, their_rate = np.median(pairs, axis=0)
    told = f"ours {our_rate:,.0f}/s, TiPg {their_rate:,.0f}/s, median of {ROUNDS}"
    what = f"tiles {what}, {BUILDINGS:,} buildings"
    yield Figure(what, our_rate / their_rate, at_least=bound, told=told)


def _same(ours: str, tipg: str, asked: Sequence[Square]) -> Figure:
    """Return how many features ours have for each of theirs."""
    some = {(layer, z): (layer, z, x, y) for layer, z, x, y in asked}.values()
    mine = sum(_features(ours + _path(DRAWN, square), square[0]) for square in some)
    theirs = sum(_features(tipg + _path(TIPG, square), "default") for square in some)
    told = f"ours {mine:,}, TiPg {theirs:,}, in {len(some)} tiles of every layer and zoom"
    return Figure("features in the same tiles", mine / theirs, at_least=0.98, told=told)


def _features(address: str, layer: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0.mvt"
        path.write_bytes(_get(address))
        return int(pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"])


def _squares() -> list[Square]:
    """Return tiles over the town, as many of every zoom and layer, in any order."""
    chosen = random.Random(3)
    side = math.sqrt(BUILDINGS) * city.STEP
    found = []
    for layer, zooms in ZOOMS.items():
        for z in zooms:
            for _ in range(EACH):
                lon = partitions.WEST + chosen.uniform(0.05, 0.95) * side
                lat = partitions.SOUTH + chosen.uniform(0.05, 0.95) * side
                found.append((layer, z, *_tile_of(lon, lat, z)))
    chosen.shuffle(found)
    return found


def _tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**z), int(y * 2**z)


def _path(pattern: str, square: Square) -> str:
    layer, z, x, y = square
    return pattern.format(layer=layer, table=TABLES[layer], z=z, x=x, y=y)


def _named(engine: Engine, settings: Settings, square: Square) -> str:
    """Return what a page adds to a tile's address: the day, the revision, the state."""
    with Session(engine) as session:
        state = versions.of_layers(session, settings.timezone)[square[0]]
        revision = versions.revisions_at(session, city_time.now())
    return f"?on={city_time.today(settings.timezone)}&revision={revision}&state={state}"


def _get(address: str) -> bytes:
    with urlopen(address) as answer:
        body: bytes = answer.read()
    return body
