"""Tiles of a city of 100,000 buildings: small at every zoom, with correct counts."""

import gzip

import geopandas
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import city_time
from geo.tiles import mvt_sql
from geo.tiles.layers import Layer
from geo.tiles.tile_math import Tile
from geo.tiles.tile_request import TileParams
from tests.district import day
from tests.tiles import render

ON = TileParams(day("2025-01-01"), city_time.now())
MAX_BYTES = 500_000


@pytest.fixture
def session(big_city):
    with Session(big_city) as session:
        yield session


def city_tiles(zoom: int) -> list[Tile]:
    """Up to six tiles of a zoom, spread over the city, which is a degree wide and high."""
    side = 1 << zoom
    west, east = (int((lon + 180) / 360 * side) for lon in (130.01, 130.99))
    rows = [int(0.3515 * side), int(0.3528 * side)]
    return [Tile(zoom, x, y) for x in {west, (west + east) // 2, east} for y in rows]


@pytest.mark.parametrize(
    "layer", [Layer.AREAS, Layer.GRIDS, Layer.BUILDINGS, Layer.BUILDING_COUNTS]
)
@pytest.mark.parametrize("zoom", range(4, 16))
def test_no_tile_exceeds_the_maximum_size(session, layer: Layer, zoom: int):
    for tile in city_tiles(zoom):
        assert len(render(session, layer, tile, ON)) < MAX_BYTES


def test_squares_count_every_building_of_a_crowded_tile_once(session, monkeypatch, tmp_path):
    monkeypatch.setattr(mvt_sql, "MAX_BUILDINGS", 50)
    tile = city_tiles(13)[0]
    assert b"crowded" in render(session, Layer.BUILDINGS, tile, ON)
    content = render(session, Layer.BUILDING_COUNTS, tile, ON)
    assert len(gzip.compress(content)) < 5000
    path = tmp_path / "0.mvt"
    path.write_bytes(content)
    clusters = geopandas.read_file(path, layer="building_counts")
    assert len(clusters) <= mvt_sql.BUILDING_CLUSTERS_PER_SIDE**2
    left, right = (tile.x / 2**13 * 360 - 180, (tile.x + 1) / 2**13 * 360 - 180)
    query = text("""
        SELECT count(*), count(*) FILTER (WHERE substr(code, 2)::int % 7 = 0) FROM building,
        ST_TileEnvelope(13, :x, :y) AS envelope
        WHERE ST_X(point) >= :left AND ST_X(point) < :right
        AND ST_Covers(envelope, ST_Transform(point, 3857))
    """)
    params = {"x": tile.x, "y": tile.y, "left": left, "right": right}
    expected = tuple(session.execute(query, params).one())
    assert (clusters.buildings.sum(), clusters.uncovered.sum()) == expected
    assert clusters.buildings.sum() == (clusters.covered + clusters.uncovered).sum()
