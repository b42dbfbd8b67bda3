"""Tiles of a city of 100,000 buildings stay small at every zoom, and count right."""

import gzip

import geopandas
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import city_time
from geo.tiles import mvt_sql
from geo.tiles.layers import Layer, Scene
from geo.tiles.tile_math import Tile
from tests.district import day
from tests.drawing import draw

ON = Scene(day("2025-01-01"), city_time.now())
MOST_BYTES = 500_000


@pytest.fixture
def session(big_city):
    with Session(big_city) as opened:
        yield opened


def over_the_city(zoom: int) -> list[Tile]:
    """Every third tile of a zoom over the city, which is a degree wide and high, at most 9."""
    side = 1 << zoom
    west, east = (int((lon + 180) / 360 * side) for lon in (130.01, 130.99))
    middle = Tile(zoom, west, 0).x, Tile(zoom, east, 0).x
    rows = [int(0.3515 * side), int(0.3528 * side)]
    return [Tile(zoom, x, y) for x in {*middle, (west + east) // 2} for y in rows]


@pytest.mark.parametrize("layer", [Layer.AREAS, Layer.GRIDS, Layer.BUILDINGS])
@pytest.mark.parametrize("zoom", range(4, 16))
def test_no_tile_is_large(session, layer: Layer, zoom: int):
    for tile in over_the_city(zoom):
        assert len(draw(session, layer, tile, ON)) < MOST_BYTES


def test_a_crowded_tile_counts_its_buildings_square_by_square(session, monkeypatch, tmp_path):
    monkeypatch.setattr(mvt_sql, "MOST_FOOTPRINTS", 50)
    tile = over_the_city(13)[0]
    drawn = draw(session, Layer.BUILDINGS, tile, ON)
    assert len(gzip.compress(drawn)) < 5000
    path = tmp_path / "0.mvt"
    path.write_bytes(drawn)
    crowds = geopandas.read_file(path, layer="crowds")
    assert len(crowds) <= mvt_sql.SQUARES**2
    left, right = (tile.x / 2**13 * 360 - 180, (tile.x + 1) / 2**13 * 360 - 180)
    inside = text("""
        SELECT count(*), count(*) FILTER (WHERE substr(code, 2)::int % 7 = 0) FROM building,
        ST_TileEnvelope(13, :x, :y) AS square
        WHERE ST_X(point) >= :left AND ST_X(point) < :right
        AND ST_Covers(square, ST_Transform(point, 3857))
    """)
    asked = {"x": tile.x, "y": tile.y, "left": left, "right": right}
    expected = tuple(session.execute(inside, asked).one())
    assert (crowds.buildings.sum(), crowds.uncovered.sum()) == expected
    assert crowds.buildings.sum() == (crowds.covered + crowds.uncovered).sum()
