"""Packed frames decode to the original values and coordinates, to 1e-6 degrees."""

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

from maps.folium.geometry_packing import SCALE, dump_for_html, pack_frame, pack_geometry

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
    """Decode the vertices of every ring of every geometry."""
    deltas = iter(packed["deltas"])
    sizes = iter(packed["sizes"])
    lon = lat = 0
    shapes = []
    for parts in packed["parts"]:
        rings = []
        for _ in range(parts):
            ring = []
            for _ in range(next(sizes)):
                lon, lat = lon + next(deltas), lat + next(deltas)
                ring.append((lon / SCALE, lat / SCALE))
            rings.append(ring)
        shapes.append(rings)
    return shapes


def packed(*shapes: shapely.Geometry) -> dict:
    return pack_geometry(np.array(shapes, dtype=object))


@given(st.lists(st.one_of(boxes, points, lines), min_size=1, max_size=8))
def test_every_vertex_survives_a_round_trip(shapes):
    out = rings_of(packed(*shapes))
    for shape, rings in zip(shapes, out, strict=True):
        corners = {tuple(corner) for corner in shapely.get_coordinates(shape).tolist()}
        for lon, lat in (corner for ring in rings for corner in ring):
            assert min(max(abs(lon - x), abs(lat - y)) for x, y in corners) <= 0.5000001 / SCALE
        assert sum(map(len, rings)) == len(corners)


def test_mixed_geometries_have_a_type_each():
    mixed = packed(Point(1, 1), LineString([(0, 0), (1, 1)]), box(0, 0, 1, 1))
    assert mixed["types"] == [1, 2, 3]
    assert packed(box(0, 0, 1, 1), box(1, 0, 2, 1))["types"] == 3


def test_a_hole_runs_counterclockwise():
    """A square with a square hole: the exterior ring runs clockwise, the hole counterclockwise."""
    holed = Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
    [[outer, inner]] = rings_of(packed(holed))
    assert not shapely.LinearRing(outer).is_ccw
    assert shapely.LinearRing(inner).is_ccw


def test_the_parts_of_a_geometry_stay_together():
    two = MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)])
    assert packed(two, box(5, 5, 6, 6))["parts"] == [2, 1]


def test_neighbours_share_their_border_after_rounding():
    grid = [box(130 + i / 7, 47, 130 + (i + 1) / 7, 48) for i in range(7)]
    out = [Polygon(rings[0]) for rings in rings_of(packed(*grid))]
    assert shapely.coverage_is_valid(out)


def frame(**columns: list) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[Point(i, i) for i in range(count)], crs=4326)


def test_a_column_with_repeated_values_is_packed_as_an_index():
    rows = frame(kind=["road", "road", "water", "road"], code=list("abcd"), name=[None] * 4)
    columns = pack_frame(rows, ("kind", "code", "name", "nowhere"))["columns"]
    assert columns == {
        "kind": {"values": ["road", "water"], "index": [0, 0, 1, 0]},
        "code": ["a", "b", "c", "d"],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
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
def test_values_become_json_values(value, expected):
    column = pack_frame(frame(a=[value, "x"]), ("a",))["columns"]["a"]
    values = [column["values"][i] for i in column["index"]] if "index" in column else column
    assert values[0] == expected
    assert type(values[0]) is type(expected)


def test_timestamps_are_delta_encoded_minutes():
    timestamps = [datetime(2025, 1, 1, 0, minute, tzinfo=UTC) for minute in (0, 7, 5)]
    column = pack_frame(frame(at=timestamps), ("at",))["columns"]["at"]
    start = datetime(2025, 1, 1, tzinfo=UTC).timestamp() / 60
    assert column == {"minutes": [start, 7, -2]}


def test_a_label_point_lies_inside_a_concave_polygon():
    """A horseshoe: its centroid lies outside."""
    horseshoe = Polygon([(0, 0), (9, 0), (9, 9), (8, 9), (8, 1), (1, 1), (1, 9), (0, 9)])
    rows = gpd.GeoDataFrame({"code": ["a"]}, geometry=[horseshoe], crs=4326)
    lon, lat = np.array(pack_frame(rows, ("code",), labels=True)["labels"]) / SCALE
    assert not horseshoe.contains(horseshoe.centroid)
    assert horseshoe.contains(Point(lon, lat))


@given(st.text())
def test_no_text_can_end_the_data_block_of_a_page(text):
    serialized = dump_for_html({"text": text})
    assert not set(serialized) & set("<>&")
    assert orjson.loads(serialized) == {"text": text}
