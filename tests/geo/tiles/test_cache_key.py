"""Cache keys: equal only if everything that a tile depends on is equal."""

import datetime
from dataclasses import replace

import pytest

from geo import city_time
from geo.models import Level
from geo.tiles import cache_key
from geo.tiles.layers import Layer
from geo.tiles.tile_math import Tile
from geo.tiles.tile_request import TileParams, TileRequest
from tests.district import day
from tests.tiles import ZONE

ON = day("2025-01-01")
NOON = datetime.datetime(2025, 1, 1, 4, tzinfo=datetime.UTC)
END_OF_DAY = city_time.end_of_day(ON, ZONE) - datetime.timedelta(microseconds=1)
REQUEST = TileRequest(Layer.GRIDS, Tile(14, 14100, 5700), TileParams(ON, NOON), ZONE)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, layer=Layer.AREAS),
        replace(REQUEST, tile=Tile(14, 14100, 5701)),
        replace(REQUEST, params=replace(REQUEST.params, on=day("2025-01-02"))),
        replace(REQUEST, params=replace(REQUEST.params, level=Level.DISTRICT)),
        replace(REQUEST, params=replace(REQUEST.params, since=NOON)),
        replace(REQUEST, params=replace(REQUEST.params, before=NOON)),
    ],
)
def test_another_request_has_another_tile_key(other):
    assert cache_key.tile_key(REQUEST, "v", 3) != cache_key.tile_key(other, "v", 3)


def test_another_version_has_another_tile_key():
    assert cache_key.tile_key(REQUEST, "v", 3) != cache_key.tile_key(REQUEST, "w", 3)


def test_only_the_grids_of_the_end_of_a_day_do_not_depend_on_later_revisions():
    at_the_end = replace(REQUEST, params=TileParams(ON, END_OF_DAY))
    assert cache_key.tile_key(REQUEST, "v", 3) != cache_key.tile_key(REQUEST, "v", 4)
    assert cache_key.tile_key(at_the_end, "v", 3) == cache_key.tile_key(at_the_end, "v", 4)


@pytest.mark.parametrize("layer", Layer)
def test_only_some_layers_have_other_tiles_on_another_day(layer):
    first = replace(REQUEST, layer=layer)
    second = replace(first, params=replace(first.params, on=day("2025-01-02")))
    keys = {cache_key.tile_key(request, "v", 3) for request in (first, second)}
    assert len(keys) == 1 + cache_key.depends_on_day(layer)
    same = {Layer.AREAS, Layer.BUILDINGS, Layer.BACKDROP}
    assert cache_key.depends_on_day(layer) is (layer not in same)
