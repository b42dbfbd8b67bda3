"""Where places are: what PostGIS finds of rectangles, found in memory."""

import numpy as np
import pytest
from sqlalchemy import func, select, text

from geo import city_time
from geo.models import MicroGrid
from geo.tiles.layers import Layer
from geo.tiles.place_index import Whereabouts
from geo.tiles.tile_math import in_pyramid
from tests.district import place
from tests.drawing import cursor_of

BOX = "ST_Intersects(geom, ST_MakeEnvelope({}, {}, {}, {}, 4326))"
NEAR = {
    Layer.AREAS: f"SELECT code FROM area WHERE {BOX}",
    Layer.GRIDS: f"SELECT code FROM micro_grid WHERE {BOX} "
    "AND in_force @> CAST(:at AS timestamptz)",
}


@pytest.mark.parametrize("layer", list(NEAR))
def test_the_places_whose_boxes_meet_a_box_are_those_that_meet_it_in_the_database(district, layer):
    known, asking, random = Whereabouts(), cursor_of(district), np.random.default_rng(7)
    at = city_time.now()
    for _ in range(60):
        (west, east), (south, north) = np.sort(random.uniform(-5, 45, (2, 2)), axis=1)
        box = (*place(west, south), *place(east, north))
        found = {near.code for near in known.near(asking, layer, at, box)}
        asked = text(NEAR[layer].format(*box))
        assert found == set(district.scalars(asked, {"at": at} if layer is Layer.GRIDS else {}))


@pytest.mark.parametrize("layer", list(NEAR))
def test_they_are_read_once(district, layer):
    known, asking = Whereabouts(), cursor_of(district)
    everywhere = (-180.0, -90.0, 180.0, 90.0)
    before = known.near(asking, layer, city_time.now(), everywhere)
    assert before
    district.execute(text("UPDATE micro_grid SET name = 'renamed'"))
    asking.close()
    assert known.near(asking, layer, city_time.now(), everywhere) == before


def test_a_name_is_written_on_its_place(district):
    known, asking = Whereabouts(), cursor_of(district)
    [first, *others] = known.near(
        asking, Layer.GRIDS, city_time.now(), (-180.0, -90.0, 180.0, 90.0)
    )
    spots = known.spots(asking, Layer.GRIDS, [first.key])
    inside = func.ST_PointOnSurface(MicroGrid.geom)
    asked = select(func.ST_X(inside), func.ST_Y(inside)).where(MicroGrid.id == first.key)
    lon, lat = district.execute(asked).one()
    assert spots[first.key] == pytest.approx(in_pyramid(lon, lat))
    assert {*known.spots(asking, Layer.GRIDS, [place.key for place in others])} >= {
        place.key for place in others
    }
