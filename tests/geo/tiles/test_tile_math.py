"""Positions in a tile: the linear scale against the exact projection."""

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from geo.tiles.tile_math import EXTENT, LINEAR_MIN_ZOOM, Tile
from tests.tiles import to_world


@given(
    st.integers(LINEAR_MIN_ZOOM, 20),
    st.floats(-179.9, 179.9),
    st.floats(-65, 65),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_the_linear_scale_is_off_by_less_than_half_a_pixel(zoom, lon, lat, across, down):
    side = 1 << zoom
    x, y = (int(coordinate * side) for coordinate in to_world(lon, lat))
    assume(0 <= x < side and 0 <= y < side)
    tile = Tile(zoom, x, y)
    west, south, east, north = tile.bounds()
    lon, lat = west + across * (east - west), south + down * (north - south)
    params = tile.sql_params()
    linear = (
        (lon + params["left"]) * params["x_scale"],
        (lat + params["top"]) * params["y_scale"],
    )
    exact_x = ((lon + 180) / 360 * side - x) * EXTENT
    exact_y = ((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side - y) * EXTENT
    assert abs(linear[0] - exact_x) < 0.01
    assert abs(linear[1] - exact_y) < 4 * 2.0 ** (LINEAR_MIN_ZOOM - zoom)


@given(st.integers(0, 20), st.data())
def test_neighbors_have_the_very_same_edge(zoom, data):
    """A label on it lies in one of them only."""
    side = 1 << zoom
    x, y = (data.draw(st.integers(0, side - 1)) for _ in range(2))
    edges = Tile(zoom, x, y).edge_params()
    if x + 1 < side:
        assert Tile(zoom, x + 1, y).edge_params()["west"] == edges["east"]
    if y + 1 < side:
        assert Tile(zoom, x, y + 1).edge_params()["north"] == edges["south"]
