"""Vector tiles, rendered and from the cache, against TiPg's tiles of the same tables."""

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

from bench import database, generated_city, generated_partition, servers, tile_floor
from bench.measurements import Measurement
from geo import city_time, db, table_versions
from geo.postgres import embedded
from geo.settings import Settings
from geo.tiles import tile_math, versions
from geo.tiles.layers import Layer
from geo.tiles.tile_request import TileParams, TileRequest

BUILDINGS = 100_000
TABLES = {"areas": "area", "grids": "micro_grid", "buildings": "building"}
ZOOMS = {"areas": range(12, 17), "grids": range(12, 17), "buildings": range(14, 17)}
"""At zoom 13 a tile of this city has more buildings than Gridward renders one by one."""
TILES_PER_ZOOM = 6
"""Tiles of each layer and zoom."""
ROUNDS = 4
GRIDWARD_PATH = "/tiles/{layer}/{z}/{x}/{y}.mvt"
TIPG_PATH = "/collections/public.{table}/tiles/WebMercatorQuad/{z}/{x}/{y}"

Tile = tuple[str, int, int, int]
"""Layer, z, x and y."""


def measure() -> Iterator[Measurement]:
    """Yield ratios of tiles per second, one worker each, 16 connections, over the same tiles."""
    tiles = _random_tiles()
    our_paths = [_path(GRIDWARD_PATH, tile) for tile in tiles]
    tipg_paths = [_path(TIPG_PATH, tile) for tile in tiles]
    with database.temporary_database() as settings:
        engine = db.connect(embedded.url(settings))
        generated_city.fill(engine, BUILDINGS)
        with servers.tipg(settings) as tipg:
            without_cache = settings.model_copy(update={"tile_cache_mb": 0})
            with servers.gridward(without_cache) as ours:
                yield _compare_features(ours, tipg, tiles)
                yield _compare_rates("rendered", (ours, our_paths), (tipg, tipg_paths), 3)
                yield _compare_with_statements(settings, ours, our_paths, tiles)
            with servers.gridward(settings) as ours:
                cached_paths = [
                    path + _version_params(engine, settings, tile[0])
                    for path, tile in zip(our_paths, tiles, strict=True)
                ]
                for path in cached_paths:
                    _get(ours + path)
                yield _compare_rates("cached", (ours, cached_paths), (tipg, tipg_paths), 20)
        engine.dispose()


def _compare_rates(
    kind: str, ours: tuple[str, Sequence[str]], tipg: tuple[str, Sequence[str]], bound: float
) -> Measurement:
    """Measure both in turn, so that other load on the machine affects both alike."""
    pairs = [
        (servers.request_rate_of_list(*ours), servers.request_rate_of_list(*tipg))
        for _ in range(ROUNDS)
    ]
    our_rate, tipg_rate = np.median(pairs, axis=0)
    details = f"ours {our_rate:,.0f}/s, TiPg {tipg_rate:,.0f}/s, median of {ROUNDS}"
    name = f"{kind} tiles, {BUILDINGS:,} buildings"
    return Measurement(name, our_rate / tipg_rate, at_least=bound, details=details)


def _compare_with_statements(
    settings: Settings, ours: str, our_paths: Sequence[str], tiles: Sequence[Tile]
) -> Measurement:
    """Return the ratio to the floor: the statements of the same tiles, without a service."""
    now = city_time.now()
    params = TileParams(city_time.today(settings.timezone), now)
    requests = [
        TileRequest(Layer(layer), tile_math.Tile(z, x, y), params, settings.timezone)
        for layer, z, x, y in tiles
    ]
    pairs = [
        (
            servers.request_rate_of_list(ours, our_paths),
            tile_floor.statement_rate(settings, requests),
        )
        for _ in range(ROUNDS)
    ]
    our_rate, floor = np.median(pairs, axis=0)
    details = f"ours {our_rate:,.0f}/s, pgbench {floor:,.0f}/s, median of {ROUNDS}"
    return Measurement(
        "rendered tiles, share of the floor", our_rate / floor, at_least=0.7, details=details
    )


def _compare_features(ours: str, tipg: str, tiles: Sequence[Tile]) -> Measurement:
    """Return the ratio of features in our tiles to features in TiPg's, for one tile per zoom."""
    sample = {(tile[0], tile[1]): tile for tile in tiles}.values()
    our_count = sum(_count_features(ours + _path(GRIDWARD_PATH, t), t[0]) for t in sample)
    tipg_count = sum(_count_features(tipg + _path(TIPG_PATH, t), "default") for t in sample)
    tile_count = f"{len(sample)} tiles of every layer and zoom"
    details = f"ours {our_count:,}, TiPg {tipg_count:,}, in {tile_count}"
    name = "features in the same tiles"
    return Measurement(name, our_count / tipg_count, at_least=0.98, details=details)


def _count_features(url: str, layer: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0.mvt"
        path.write_bytes(_get(url))
        return int(pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"])


def _random_tiles() -> list[Tile]:
    """Return tiles inside the city, equally many of every zoom and layer, in random order."""
    generator = random.Random(3)
    side = math.sqrt(BUILDINGS) * generated_city.STEP
    tiles = []
    for layer, zooms in ZOOMS.items():
        for z in zooms:
            for _ in range(TILES_PER_ZOOM):
                lon = generated_partition.WEST + generator.uniform(0.05, 0.95) * side
                lat = generated_partition.SOUTH + generator.uniform(0.05, 0.95) * side
                tiles.append((layer, z, *_tile_at(lon, lat, z)))
    generator.shuffle(tiles)
    return tiles


def _tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**z), int(y * 2**z)


def _path(template: str, tile: Tile) -> str:
    layer, z, x, y = tile
    return template.format(layer=layer, table=TABLES[layer], z=z, x=x, y=y)


def _version_params(engine: Engine, settings: Settings, layer: str) -> str:
    """Return the query parameters that a page adds to a tile URL: date, revision and version."""
    with Session(engine) as session:
        version = versions.read_layer_versions(session, settings.timezone)[layer]
        revision = table_versions.count_revisions(session, city_time.now())
    return f"?on={city_time.today(settings.timezone)}&revision={revision}&version={version}"


def _get(url: str) -> bytes:
    with urlopen(url) as response:
        body: bytes = response.read()
    return body
