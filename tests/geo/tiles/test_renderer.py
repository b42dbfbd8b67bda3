"""Vector tiles from PostGIS, read back by GDAL."""

import datetime
import math
from pathlib import Path

import geopandas
import pytest
from sqlalchemy import text

from geo import city_time
from geo.models import Building, IssueStatus, Level
from geo.tiles import mvt_sql
from geo.tiles.layers import Layer, Scene
from geo.tiles.tile_math import EXTENT, BadTile, Tile, placed
from tests.district import day, place, square
from tests.drawing import draw

ON = Scene(day("2025-01-01"), city_time.now())
HAIRS = (-0.002, 0.002)
"""Thousandths of a degree, less than what an index of the database rounds a box to."""


def around(east: float, north: float, zoom: int) -> Tile:
    """The tile that a place of the district is in."""

    lon, lat = place(east, north)
    side = 1 << zoom
    x = int((lon + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
    return Tile(zoom, x, y)


@pytest.fixture
def drawn(district, tmp_path: Path):
    """Draw a tile and read one of its layers."""

    def read(layer: Layer, tile: Tile, scene: Scene = ON, name: str | None = None):
        path = tmp_path / f"{tile.z}-{tile.x}-{tile.y}.mvt"
        path.write_bytes(draw(district, layer, tile, scene))
        options = {"X": tile.x, "Y": tile.y, "Z": tile.z, "CLIP": "NO"}
        return geopandas.read_file(path, layer=name or layer.value, **options).to_crs(4326)

    return read


def test_a_tile_of_buildings_says_who_is_covered_and_why_not(drawn):
    shown = drawn(Layer.BUILDINGS, around(10, 3, 13)).set_index("code")
    assert shown.loc["b2", "reason"] == "lapsed"
    assert shown.loc["b3", "reason"] == "never_covered"
    assert shown.loc["b4", "manager_kind"] == "homeowner_committee"


def test_buildings_that_are_listed_tell_their_households(district, drawn):
    district.execute(text("UPDATE building SET households = 42 WHERE code = 'b1'"))
    near = drawn(Layer.BUILDINGS, around(2, 2, mvt_sql.ALWAYS_FOOTPRINTS)).set_index("code")
    assert near.loc["b1", "households"] == 42


@pytest.mark.parametrize("zoom", [13, 14, 15, 18])
def test_corners_are_half_a_unit_off_at_most(drawn, zoom):
    unit = 360 / 2**zoom / EXTENT
    shown = drawn(Layer.BUILDINGS, around(2, 2, zoom)).set_index("code")
    west, south, _, _ = shown.loc["b1"].geometry.bounds
    assert west == pytest.approx(place(2, 2)[0], abs=unit / 2)
    assert south == pytest.approx(place(2, 2)[1], abs=unit)


@pytest.mark.parametrize("zoom", [10, 12, 13, 14, 17])
@pytest.mark.parametrize("turn", ["CW", "CCW"])
def test_rings_run_as_the_format_has_it_whichever_way_they_did(session, zoom, turn):
    """In the tile's units, which count downwards, outer rings have a positive area."""
    hole = "(1e-3 1e-3, 2e-3 1e-3, 1e-3 2e-3, 1e-3 1e-3)"
    ring = f"POLYGON((0 0, 4e-3 0, 4e-3 2e-3, 0 4e-3, 0 0), {hole})"
    shape = f"ST_Translate(ST_ForcePolygon{turn}(ST_GeomFromText('{ring}', 4326)), :lon, :lat)"
    tile = around(0, 0, zoom)
    asked = text(
        f"SELECT ST_IsPolygonCCW({placed('shape', tile)}) FROM (SELECT {shape}) AS a(shape)"
    )
    west, south, east, north = tile.box()
    for lon, lat in [(*place(0, 0),), (west - 1e-3, south - 1e-3), (east - 3e-3, north - 3e-3)]:
        assert session.scalar(asked, tile.values() | {"lon": lon, "lat": lat})


@pytest.mark.parametrize("zoom", [13, 14])
def test_a_tile_of_as_many_buildings_as_it_may_have_draws_them(drawn, monkeypatch, zoom):
    tile = around(10, 3, zoom)
    there = len(drawn(Layer.BUILDINGS, tile))
    monkeypatch.setattr(mvt_sql, "MOST_FOOTPRINTS", there)
    assert len(drawn(Layer.BUILDINGS, tile)) == there
    monkeypatch.setattr(mvt_sql, "MOST_FOOTPRINTS", there - 1)
    assert not drawn(Layer.BUILDINGS, tile, name="crowds").empty


def test_areas_bring_the_levels_above_without_figures(drawn):
    scene = Scene(ON.on, ON.at, Level.COMMUNITY)
    shown = drawn(Layer.AREAS, around(10, 5, 12), scene).set_index("code")
    assert shown.loc["230403001001", "buildings"] == 3
    assert set(shown.level) == {"district", "subdistrict", "community"}


def test_a_name_is_written_in_one_tile_however_far_its_ground_reaches(district, drawn):
    scene = Scene(ON.on, ON.at, Level.DISTRICT)
    middle = around(20, 5, 15)
    seen = []
    for x in range(middle.x - 3, middle.x + 4):
        for y in range(middle.y - 3, middle.y + 4):
            tile = Tile(15, x, y)
            if b"areas_labels" in draw(district, Layer.AREAS, tile, scene):
                seen += drawn(Layer.AREAS, tile, scene, "areas_labels").code.tolist()
    assert seen == ["230403"]


def test_grids_carry_their_tally_and_their_community(drawn):
    shown = drawn(Layer.GRIDS, around(10, 5, 14)).set_index("code")
    row = shown.loc["230403001001001"]
    assert (row.buildings, row.uncovered, row.community_code) == (2, 1, "230403001001")


def test_issues_carry_the_grid_they_were_filed_under(drawn):
    assert drawn(Layer.ISSUES, around(3, 3, 15)).grid_code.tolist() == ["230403001001001"]


def test_a_layer_is_empty_further_out_than_it_can_be_read(district):
    assert draw(district, Layer.BUILDINGS, around(5, 5, 8), ON) == b""


def test_the_past_is_drawn_as_it_was(drawn):
    then = Scene(day("2022-06-01"), datetime.datetime(2022, 6, 1, tzinfo=datetime.UTC))
    shown = drawn(Layer.BUILDINGS, around(5, 3, 14), then).set_index("code")
    assert shown.loc["b2", "manager_kind"] == "property_firm"
    assert "b5" in shown.index


@pytest.mark.parametrize("zxy", [(-1, 0, 0), (25, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_a_tile_outside_the_pyramid_is_refused(zxy):
    with pytest.raises(BadTile):
        Tile(*zxy)


def test_an_empty_register_draws_nothing(session):
    for layer in Layer:
        assert draw(session, layer, Tile(14, 14100, 5700), ON) == b""


@pytest.mark.parametrize("zoom", [13, 14])
def test_in_crowds_each_building_counts_in_the_tile_of_its_point_alone(
    district, drawn, monkeypatch, zoom
):
    """One reaches over several tiles; the others have their points a hair beyond an edge."""
    monkeypatch.setattr(mvt_sql, "MOST_FOOTPRINTS", 0)
    first, last = around(-60, 12, zoom), around(100, -8, zoom)
    across = range(first.x, last.x + 1)
    edges = [side for x in across for side in Tile(zoom, x, first.y).box()[::2]]
    district.add(Building(code="long", footprint=square(-60, 2, 100, 4)))
    for n, east in enumerate((edge - 130) * 1000 + hair for edge in edges for hair in HAIRS):
        district.add(Building(code=f"e{n}", footprint=square(east - 0.1, 2, east + 0.1, 4)))
    district.flush()
    inside = len(list(across)) * 2 * len(HAIRS) - 2 * len(HAIRS)
    counted = 0
    for x in across:
        for y in range(first.y, last.y + 1):
            tile = Tile(zoom, x, y)
            if draw(district, Layer.BUILDINGS, tile, ON):
                counted += drawn(Layer.BUILDINGS, tile, name="crowds").buildings.sum()
    assert counted == 4 + 1 + inside


REPORTED = [datetime.datetime(2025, month, 1, tzinfo=datetime.UTC) for month in range(1, 13)]


@pytest.fixture
def reported(session):
    """Twenty thousand issues over some kilometres, of every category and status."""
    session.execute(
        text("""
        INSERT INTO issue (ref, category, status, channel, reported_at, description, geom)
        SELECT 'R' || n, (CAST(:categories AS text[]))[1 + n % 5],
               (CAST(:statuses AS text[]))[1 + n % 4], 'resident',
               (CAST(:moments AS timestamptz[]))[1 + n % 12], 'x',
               ST_SetSRID(ST_MakePoint(130 + (n * 7919 % 20011) / 100055.0,
                                       47 + (n * 104729 % 20011) / 100055.0), 4326)
        FROM generate_series(1, 20000) AS n"""),
        {"categories": list("abcde"), "statuses": list(IssueStatus), "moments": REPORTED},
    )
    return session


@pytest.mark.parametrize("zoom", [10, 12, 14])
def test_issues_from_afar_are_counted_by_squares_and_every_one_once(reported, tmp_path, zoom):
    since, before = REPORTED[2], REPORTED[5]
    scene = Scene(ON.on, ON.at, since=since, before=before)
    first, last = around(0, 200, zoom), around(200, 0, zoom)
    counted: dict[tuple[str, str], int] = {}
    for x in range(first.x, last.x + 1):
        for y in range(first.y, last.y + 1):
            drawn = draw(reported, Layer.ISSUES, Tile(zoom, x, y), scene)
            assert len(drawn) < 100_000, len(drawn)
            if not drawn:
                continue
            path = tmp_path / f"{x}-{y}.mvt"
            path.write_bytes(drawn)
            read = geopandas.read_file(path, layer="issues").rename(columns={"count": "number"})
            for row in read.itertuples():
                key = row.category, row.status
                counted[key] = counted.get(key, 0) + row.number
                assert isinstance(row.ref, str) == (row.number == 1)
    expected = reported.execute(
        text("""SELECT category, status, count(*) FROM issue
        WHERE reported_at >= :since AND reported_at < :before GROUP BY category, status"""),
        {"since": since, "before": before},
    )
    assert counted == {(category, status): count for category, status, count in expected}
