"""Vector tiles from PostGIS, read back by GDAL."""

import datetime
from pathlib import Path

import geopandas
import pandas as pd
import pytest
from sqlalchemy import text

from geo import city_time
from geo.models import Building, IssueStatus, Level
from geo.tiles import mvt_sql
from geo.tiles.layers import Layer
from geo.tiles.tile_math import EXTENT, BadTile, Tile, to_tile_units
from geo.tiles.tile_request import TileParams
from tests.district import day, lon_lat, square
from tests.tiles import render, tile_around

ON = TileParams(day("2025-01-01"), city_time.now())
OFFSETS = (-0.002, 0.002)
"""Thousandths of a degree: less than the rounding of bounding boxes in a GiST index."""


@pytest.fixture
def read_tile(district, tmp_path: Path):
    """Render a tile and read one of its MVT layers."""

    def read(layer: Layer, tile: Tile, params: TileParams = ON, name: str | None = None):
        path = tmp_path / f"{tile.z}-{tile.x}-{tile.y}.mvt"
        path.write_bytes(render(district, layer, tile, params))
        options = {"X": tile.x, "Y": tile.y, "Z": tile.z, "CLIP": "NO"}
        return geopandas.read_file(path, layer=name or layer.value, **options).to_crs(4326)

    return read


def test_buildings_have_the_periods_of_their_coverage_and_the_day_of_their_retirement(read_tile):
    features = read_tile(Layer.BUILDINGS, tile_around(10, 3, 13)).set_index("code")
    assert features.loc["b1", "coverage"] == "property_firm 2021-01-01/.."
    assert features.loc["b2", "coverage"] == "property_firm 2021-01-01/2023-01-01"
    assert not features.loc["b3", "coverage"]
    kinds_and_dates = features.loc["b4", "coverage"].split(" ")
    assert dict(zip(kinds_and_dates[::2], kinds_and_dates[1::2], strict=True)) == {
        "property_firm": "2021-01-01/2022-01-01",
        "homeowner_committee": "2022-01-01/..",
    }
    assert features.loc["b5", "retired_on"] == "2024-06-01"
    assert pd.isna(features.loc["b1", "retired_on"])
    assert features.loc["b2", "community_code"] == "230403001001"


def test_a_tile_of_buildings_is_the_same_on_every_day(district):
    past = TileParams(day("2022-06-01"), datetime.datetime(2022, 6, 1, tzinfo=datetime.UTC))
    for zoom in (13, 15):
        tile = tile_around(5, 3, zoom)
        content = render(district, Layer.BUILDINGS, tile, ON)
        assert content
        assert content == render(district, Layer.BUILDINGS, tile, past)


def test_buildings_have_their_households_where_pages_list_them(district, read_tile):
    district.execute(text("UPDATE building SET households = 42 WHERE code = 'b1'"))
    features = read_tile(
        Layer.BUILDINGS, tile_around(2, 2, mvt_sql.SINGLE_BUILDINGS_MIN_ZOOM)
    ).set_index("code")
    assert features.loc["b1", "households"] == 42


@pytest.mark.parametrize("zoom", [13, 14, 15, 18])
def test_corners_are_off_by_half_a_unit_at_most(read_tile, zoom):
    unit = 360 / 2**zoom / EXTENT
    features = read_tile(Layer.BUILDINGS, tile_around(2, 2, zoom)).set_index("code")
    west, south, _, _ = features.loc["b1"].geometry.bounds
    assert west == pytest.approx(lon_lat(2, 2)[0], abs=unit / 2)
    assert south == pytest.approx(lon_lat(2, 2)[1], abs=unit)


@pytest.mark.parametrize("zoom", [10, 12, 13, 14, 17])
@pytest.mark.parametrize("turn", ["CW", "CCW"])
def test_outer_rings_have_a_positive_area_whatever_their_orientation_in_the_database(
    session, zoom, turn
):
    """The MVT specification demands it; units of a tile count downwards."""
    hole = "(1e-3 1e-3, 2e-3 1e-3, 1e-3 2e-3, 1e-3 1e-3)"
    ring = f"POLYGON((0 0, 4e-3 0, 4e-3 2e-3, 0 4e-3, 0 0), {hole})"
    shape = f"ST_Translate(ST_ForcePolygon{turn}(ST_GeomFromText('{ring}', 4326)), :lon, :lat)"
    tile = tile_around(0, 0, zoom)
    query = text(
        f"SELECT ST_IsPolygonCCW({to_tile_units('shape', tile)}) FROM (SELECT {shape}) AS a(shape)"
    )
    west, south, east, north = tile.bounds()
    for lon, lat in [(*lon_lat(0, 0),), (west - 1e-3, south - 1e-3), (east - 3e-3, north - 3e-3)]:
        assert session.scalar(query, tile.sql_params() | {"lon": lon, "lat": lat})


@pytest.mark.parametrize("zoom", [13, 14])
def test_a_tile_is_crowded_if_it_has_more_buildings_than_the_maximum(read_tile, monkeypatch, zoom):
    tile = tile_around(10, 3, zoom)
    count = len(read_tile(Layer.BUILDINGS, tile))
    monkeypatch.setattr(mvt_sql, "MAX_BUILDINGS", count)
    assert len(read_tile(Layer.BUILDINGS, tile)) == count
    monkeypatch.setattr(mvt_sql, "MAX_BUILDINGS", count - 1)
    assert read_tile(Layer.BUILDINGS, tile, name="crowded").buildings.tolist() == [count - 1]


def test_areas_include_the_levels_above(read_tile):
    params = TileParams(ON.on, ON.at, Level.COMMUNITY)
    features = read_tile(Layer.AREAS, tile_around(10, 5, 12), params).set_index("code")
    assert features.loc["230403001001", "parent_code"] == "230403001"
    assert set(features.level) == {"district", "subdistrict", "community"}
    params = TileParams(ON.on, ON.at, Level.SUBDISTRICT)
    assert set(read_tile(Layer.AREAS, tile_around(10, 5, 12), params).level) == {
        "district",
        "subdistrict",
    }


def test_an_area_has_a_label_in_only_one_tile(district, read_tile):
    params = TileParams(ON.on, ON.at, Level.DISTRICT)
    middle = tile_around(20, 5, 15)
    labelled = []
    for x in range(middle.x - 3, middle.x + 4):
        for y in range(middle.y - 3, middle.y + 4):
            tile = Tile(15, x, y)
            if b"areas_labels" in render(district, Layer.AREAS, tile, params):
                labelled += read_tile(Layer.AREAS, tile, params, "areas_labels").code.tolist()
    assert labelled == ["230403"]


def test_grids_have_their_community(read_tile):
    features = read_tile(Layer.GRIDS, tile_around(10, 5, 14)).set_index("code")
    assert features.loc["230403001001001", "community_code"] == "230403001001"


@pytest.mark.parametrize("zoom", [13, 15, 18])
def test_every_grid_has_its_label_once_on_its_surface(district, read_tile, zoom):
    grids = geopandas.read_postgis(
        "SELECT code, geom FROM micro_grid WHERE upper_inf(in_force)", district.connection()
    ).set_index("code")
    labels = []
    first, last = tile_around(-1, 11, zoom), tile_around(41, -1, zoom)
    for x in range(first.x, last.x + 1):
        for y in range(first.y, last.y + 1):
            tile = Tile(zoom, x, y)
            if b"grids_labels" in render(district, Layer.GRIDS, tile, ON):
                features = read_tile(Layer.GRIDS, tile, ON, "grids_labels")
                labels += zip(features.code, features.geometry, strict=True)
    assert sorted(code for code, _ in labels) == sorted(grids.index)
    unit = 360 / 2**zoom / EXTENT
    for code, point in labels:
        assert grids.geom[code].distance(point) < 4 * unit, code


def test_issues_have_the_grid_that_they_were_filed_under(read_tile):
    assert read_tile(Layer.ISSUES, tile_around(3, 3, 15)).grid_code.tolist() == ["230403001001001"]


def test_a_layer_is_empty_below_its_minimum_zoom(district):
    assert render(district, Layer.BUILDINGS, tile_around(5, 5, 8), ON) == b""


@pytest.mark.parametrize(
    ("on", "covered"), [("2020-12-31", 0), ("2022-06-01", 3), ("2023-01-01", 2), ("2025-01-01", 2)]
)
def test_the_counts_of_a_day_are_those_of_the_buildings_standing_on_it(read_tile, on, covered):
    params = TileParams(day(on), datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
    counts = read_tile(Layer.BUILDING_COUNTS, tile_around(10, 3, 13), params)
    assert counts.buildings.sum() == (5 if on < "2024-06-01" else 4)
    assert (counts.covered.sum(), counts.uncovered.sum()) == (
        covered,
        counts.buildings.sum() - covered,
    )


def test_there_are_no_counts_where_no_tile_is_crowded(district):
    assert render(district, Layer.BUILDING_COUNTS, tile_around(10, 3, 15), ON) == b""


@pytest.mark.parametrize("zxy", [(-1, 0, 0), (25, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_a_tile_that_does_not_exist_is_rejected(zxy):
    with pytest.raises(BadTile):
        Tile(*zxy)


def test_tiles_of_an_empty_database_are_empty(session):
    for layer in Layer:
        assert render(session, layer, Tile(14, 14100, 5700), ON) == b""


@pytest.mark.parametrize("zoom", [13, 14])
def test_a_building_counts_in_the_square_of_its_point_alone(district, read_tile, zoom):
    """One building spans several tiles; the points of others lie just beside a tile edge."""
    first, last = tile_around(-60, 12, zoom), tile_around(100, -8, zoom)
    across = range(first.x, last.x + 1)
    edges = [side for x in across for side in Tile(zoom, x, first.y).bounds()[::2]]
    district.add(Building(code="long", footprint=square(-60, 2, 100, 4)))
    for n, east in enumerate((edge - 130) * 1000 + offset for edge in edges for offset in OFFSETS):
        district.add(Building(code=f"e{n}", footprint=square(east - 0.1, 2, east + 0.1, 4)))
    district.flush()
    inside = len(list(across)) * 2 * len(OFFSETS) - 2 * len(OFFSETS)
    counted = 0
    for x in across:
        for y in range(first.y, last.y + 1):
            tile = Tile(zoom, x, y)
            if render(district, Layer.BUILDING_COUNTS, tile, ON):
                counted += read_tile(Layer.BUILDING_COUNTS, tile).buildings.sum()
    assert counted == 4 + 1 + inside


REPORTED = [datetime.datetime(2025, month, 1, tzinfo=datetime.UTC) for month in range(1, 13)]


@pytest.fixture
def many_issues(session):
    """Twenty thousand issues within some kilometres, of every category and status."""
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
def test_every_issue_counts_in_one_cluster_at_low_zooms(many_issues, tmp_path, zoom):
    since, before = REPORTED[2], REPORTED[5]
    params = TileParams(ON.on, ON.at, since=since, before=before)
    first, last = tile_around(0, 200, zoom), tile_around(200, 0, zoom)
    counted: dict[tuple[str, str], int] = {}
    for x in range(first.x, last.x + 1):
        for y in range(first.y, last.y + 1):
            content = render(many_issues, Layer.ISSUES, Tile(zoom, x, y), params)
            assert len(content) < 100_000, len(content)
            if not content:
                continue
            path = tmp_path / f"{x}-{y}.mvt"
            path.write_bytes(content)
            clusters = geopandas.read_file(path, layer="issues").rename(columns={"count": "number"})
            for row in clusters.itertuples():
                key = row.category, row.status
                counted[key] = counted.get(key, 0) + row.number
                assert isinstance(row.ref, str) == (row.number == 1)
    expected = many_issues.execute(
        text("""SELECT category, status, count(*) FROM issue
        WHERE reported_at >= :since AND reported_at < :before GROUP BY category, status"""),
        {"since": since, "before": before},
    )
    assert counted == {(category, status): count for category, status, count in expected}
