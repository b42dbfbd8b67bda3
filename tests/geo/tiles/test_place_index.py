"""The in-memory place index finds what PostGIS finds."""

import numpy as np
import pytest
from sqlalchemy import func, select, text

from geo import city_time
from geo.models import MicroGrid
from geo.tiles.layers import Layer
from geo.tiles.place_index import PlaceIndex
from geo.tiles.tile_math import to_world
from tests.district import lon_lat
from tests.tiles import cursor_of

WORLD = (-180.0, -90.0, 180.0, 90.0)
INTERSECTS = "ST_Intersects(geom, ST_MakeEnvelope({}, {}, {}, {}, 4326))"
QUERIES = {
    Layer.AREAS: f"SELECT code FROM area WHERE {INTERSECTS}",
    Layer.GRIDS: f"SELECT code FROM micro_grid WHERE {INTERSECTS} "
    "AND in_force @> CAST(:at AS timestamptz)",
}


@pytest.mark.parametrize("layer", list(QUERIES))
def test_the_index_and_the_database_find_the_same_places_in_a_box(district, layer):
    """All shapes of the district are rectangles, so their bounding boxes are exact."""
    index, cursor, random = PlaceIndex(), cursor_of(district), np.random.default_rng(7)
    at = city_time.now()
    for _ in range(60):
        (west, east), (south, north) = np.sort(random.uniform(-5, 45, (2, 2)), axis=1)
        box = (*lon_lat(west, south), *lon_lat(east, north))
        codes = {entry.code for entry in index.intersecting(cursor, layer, at, box)}
        query = text(QUERIES[layer].format(*box))
        assert codes == set(district.scalars(query, {"at": at} if layer is Layer.GRIDS else {}))


@pytest.mark.parametrize("layer", list(QUERIES))
def test_the_index_is_loaded_once(district, layer):
    index, cursor = PlaceIndex(), cursor_of(district)
    first = index.intersecting(cursor, layer, city_time.now(), WORLD)
    assert first
    cursor.close()
    assert index.intersecting(cursor, layer, city_time.now(), WORLD) == first


def test_a_label_lies_on_the_point_on_surface(district):
    index, cursor = PlaceIndex(), cursor_of(district)
    [first, *others] = index.intersecting(cursor, Layer.GRIDS, city_time.now(), WORLD)
    points = index.label_points(cursor, Layer.GRIDS, [first.key])
    on_surface = func.ST_PointOnSurface(MicroGrid.geom)
    query = select(func.ST_X(on_surface), func.ST_Y(on_surface)).where(MicroGrid.id == first.key)
    lon, lat = district.execute(query).one()
    assert points[first.key] == pytest.approx(to_world(lon, lat))
    other_keys = {entry.key for entry in others}
    assert index.label_points(cursor, Layer.GRIDS, list(other_keys)).keys() >= other_keys
