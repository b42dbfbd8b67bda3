"""Packing frames: what comes out again is what went in, to a millionth of a degree."""

from datetime import UTC, date, datetime

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from maps.folium.geometry_packing import SCALE, dump, pack, pack_shapes

lons = st.floats(-180, 180)
lats = st.floats(-85, 85)
boxes = st.builds(
    lambda lon, lat, wide, high: box(lon, lat, lon + wide, lat + high),
    st.floats(-179, 178),
    st.floats(-84, 83),
    st.floats(0.001, 1),
    st.floats(0.001, 1),
)
points = st.builds(Point, lons, lats)
lines = st.lists(st.tuples(lons, lats), min_size=2, max_size=6, unique=True).map(LineString)


def rings_of(packed: dict) -> list[list[list[tuple[float, float]]]]:
    """The corners of every ring of every shape, added up one by one."""
    steps = iter(packed["steps"])
    sizes = iter(packed["sizes"])
    lon = lat = 0
    shapes = []
    for parts in packed["parts"]:
        rings = []
        for _ in range(parts):
            ring = []
            for _ in range(next(sizes)):
                lon, lat = lon + next(steps), lat + next(steps)
                ring.append((lon / SCALE, lat / SCALE))
            rings.append(ring)
        shapes.append(rings)
    return shapes


def packed(*shapes: shapely.Geometry) -> dict:
    return pack_shapes(np.array(shapes, dtype=object))


@given(st.lists(st.one_of(boxes, points, lines), min_size=1, max_size=8))
def test_every_corner_comes_out_where_it_went_in(shapes):
    out = rings_of(packed(*shapes))
    for shape, rings in zip(shapes, out, strict=True):
        corners = {tuple(corner) for corner in shapely.get_coordinates(shape).tolist()}
        for lon, lat in (corner for ring in rings for corner in ring):
            assert min(max(abs(lon - x), abs(lat - y)) for x, y in corners) <= 0.5000001 / SCALE
        assert sum(map(len, rings)) == len(corners)


def test_types_are_told_apart_where_a_frame_mixes_them():
    mixed = packed(Point(1, 1), LineString([(0, 0), (1, 1)]), box(0, 0, 1, 1))
    assert mixed["types"] == [1, 2, 3]
    assert packed(box(0, 0, 1, 1), box(1, 0, 2, 1))["types"] == 3


def test_a_hole_runs_the_other_way_round():
    """A square with a square hole: the outer ring clockwise on the map, the hole against it."""
    holed = Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
    [[outer, inner]] = rings_of(packed(holed))
    assert not shapely.LinearRing(outer).is_ccw
    assert shapely.LinearRing(inner).is_ccw


def test_the_parts_of_a_shape_stay_together():
    two = MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)])
    assert packed(two, box(5, 5, 6, 6))["parts"] == [2, 1]


def test_neighbours_still_share_their_border_after_rounding():
    grid = [box(130 + i / 7, 47, 130 + (i + 1) / 7, 48) for i in range(7)]
    out = [Polygon(rings[0]) for rings in rings_of(packed(*grid))]
    assert shapely.coverage_is_valid(out)


def frame(**columns: list) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[Point(i, i) for i in range(count)], crs=4326)


def test_a_column_that_repeats_itself_is_kept_as_an_index():
    rows = frame(kind=["road", "road", "water", "road"], code=list("abcd"), name=[None] * 4)
    columns = pack(rows, ("kind", "code", "name", "nowhere"))["columns"]
    assert columns == {
        "kind": {"values": ["road", "water"], "index": [0, 0, 1, 0]},
        "code": ["a", "b", "c", "d"],
    }


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        (date(2025, 6, 30), "2025-06-30"),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (0.123456, 0.1235),
        (12.0, 12),
        (float("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
    ],
)
def test_values_are_written_as_json_has_them(given_, written):
    column = pack(frame(a=[given_, "x"]), ("a",))["columns"]["a"]
    values = [column["values"][i] for i in column["index"]] if "index" in column else column
    assert values[0] == written
    assert type(values[0]) is type(written)


def test_moments_are_minutes_one_after_the_other():
    moments = [datetime(2025, 1, 1, 0, minute, tzinfo=UTC) for minute in (0, 7, 5)]
    column = pack(frame(at=moments), ("at",))["columns"]["at"]
    start = datetime(2025, 1, 1, tzinfo=UTC).timestamp() / 60
    assert column == {"minutes": [start, 7, -2]}


def test_a_name_stands_inside_its_shape_even_when_that_is_bent():
    """A horseshoe: its centre of gravity lies in the open."""
    bent = Polygon([(0, 0), (9, 0), (9, 9), (8, 9), (8, 1), (1, 1), (1, 9), (0, 9)])
    rows = gpd.GeoDataFrame({"code": ["a"]}, geometry=[bent], crs=4326)
    lon, lat = np.array(pack(rows, ("code",), labels=True)["labels"]) / SCALE
    assert not bent.contains(bent.centroid)
    assert bent.contains(Point(lon, lat))


@given(st.text())
def test_no_text_can_end_the_data_block_of_a_page(text):
    written = dump({"text": text})
    assert not set(written) & set("<>&")
    assert orjson.loads(written) == {"text": text}
