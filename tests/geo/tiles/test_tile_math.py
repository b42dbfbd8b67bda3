"""Where things are in a tile: straight scales against the projection they stand for."""

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from geo.tiles.tile_math import EXTENT, STRAIGHT_FROM, Tile, in_pyramid


@given(
    st.integers(STRAIGHT_FROM, 20),
    st.floats(-179.9, 179.9),
    st.floats(-65, 65),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_straight_scale_is_off_by_less_than_half_a_pixel(zoom, lon, lat, across, down):
    side = 1 << zoom
    x = int((lon + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
    assume(0 <= x < side and 0 <= y < side)
    tile = Tile(zoom, x, y)
    west, south, east, north = tile.box()
    lon, lat = west + across * (east - west), south + down * (north - south)
    told = tile.values()
    straight = (
        (lon + told["left"]) * told["across"],
        (lat + told["top"]) * told["down"],
    )
    exact_x = ((lon + 180) / 360 * side - x) * EXTENT
    exact_y = ((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side - y) * EXTENT
    assert abs(straight[0] - exact_x) < 0.01
    assert abs(straight[1] - exact_y) < 4 * 2.0 ** (STRAIGHT_FROM - zoom)


def test_a_place_on_a_seam_is_in_one_tile_alone():
    west, east = Tile(14, 14111, 5750), Tile(14, 14112, 5750)
    lon = 14112 / 2**14 * 360 - 180
    assert west.spot(*in_pyramid(lon, 47.0)) is None
    _, south, _, north = east.box()
    assert east.spot(*in_pyramid(lon, (south + north) / 2)) is not None
