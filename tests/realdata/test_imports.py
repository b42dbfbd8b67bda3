"""Real files by other people, imported where they lie."""

import geopandas
import numpy as np
import pytest
import shapely
from sqlalchemy import text

from data.columns import DatasetKind
from data.errors import MissingColumn
from data.row_errors import BadData
from geo.errors import GridwardError
from geo.geometry import topology
from geo.geometry.datums import Datum

SHAPES = "SELECT code, name, ST_AsBinary(geom) AS geom FROM {} ORDER BY code"


def rows(register, statement):
    with register.connect() as connection:
        return connection.execute(text(statement)).all()


def count(register, table):
    return rows(register, f"SELECT count(*) FROM {table}")[0][0]


def outlines(register, table):
    found = rows(register, SHAPES.format(table))
    return [row.name for row in found], shapely.from_wkb([bytes(row.geom) for row in found])


def test_hegang_is_the_same_from_a_gauss_krueger_shapefile_and_from_gcj02(
    bring, register, realdata
):
    """GB18030 names and EPSG:4552 metres on one side, Amap's GCJ-02 degrees on the other."""
    told = {"code": "区划代码", "name": "区划名称", "level": "=district"}
    shapefile = realdata / "hegang/DERIVED_hegang_gbk_cgcs2000gk129.shp"
    bring(DatasetKind.AREAS, shapefile, columns=told)
    names, surveyed = outlines(register, "area")
    fences = realdata / "hegang/hegang_districts_amap2016_gcj02.geojson"
    columns = {"code": "adcode", "level": "=district"}
    outcome = bring(DatasetKind.AREAS, fences, columns=columns, datum=Datum.GCJ02)
    assert outcome.updated == 8
    same_names, converted = outlines(register, "area")
    assert names == same_names
    assert "萝北县" in names
    scale = np.array([75_000.0, 111_200.0])
    metres = [shapely.transform(each, lambda xy: xy * scale) for each in (surveyed, converted)]
    assert shapely.hausdorff_distance(*metres).max() < 1


def test_taipeis_base_units_make_grids_and_their_nested_codes_make_the_areas(
    bring, register, realdata
):
    """`A6301-0026-00`: five characters are the town, eight and nine nest below it."""
    file = realdata / "partitions/taipei_base_units.gpkg"
    outcome = bring(DatasetKind.GRIDS, file, columns={"code": "CODEBASE"}, lengths=(5, 8, 9))
    assert (outcome.added, outcome.revision) == (11_490, 1)
    levels = dict(rows(register, "SELECT level, count(*) FROM area GROUP BY level"))
    assert levels == {"district": 12, "subdistrict": 120, "community": 1155}
    again = bring(DatasetKind.GRIDS, file, columns={"code": "CODEBASE"}, lengths=(5, 8, 9))
    assert again.is_noop
    assert again.revision is None


def test_tokyos_small_areas_are_refused_and_accepted_with_repair(bring, register, realdata):
    """Each chome was simplified on its own, so that shared borders disagree everywhere."""
    file = realdata / "partitions/tokyo23ku_smallareas2015_simplified.gpkg"
    told = {"columns": {"code": "small_area_code", "name": "label"}, "lengths": (5,)}
    with pytest.raises(BadData) as refused:
        bring(DatasetKind.GRIDS, file, **told)
    assert count(register, "micro_grid") == 0
    assert refused.value.log.counts
    outcome = bring(DatasetKind.GRIDS, file, repair=True, skip=True, **told)
    assert outcome.added > 3_100
    assert any("m²" in note for note in outcome.notes)
    _, repaired = outlines(register, "micro_grid")
    assert topology.is_valid_coverage(repaired)
    assert topology.find_overlaps(repaired) == []


def test_dcs_service_requests_are_in_the_grids_that_geopandas_says(bring, register, realdata):
    """22,947 requests in single-member districts; the repeated ids are reported and left out."""
    districts = realdata / "partitions/dc_single_member_district_2013.gpkg"
    bring(DatasetKind.GRIDS, districts, columns={"code": "SMD_ID"}, lengths=(2,))
    requests = realdata / "issues/dc311_last30days_2016.gpkg"
    columns = {
        "ref": "SERVICEREQUESTID",
        "category": "SERVICECODEDESCRIPTION",
        "reported_at": "ADDDATE",
    }
    outcome = bring(DatasetKind.ISSUES, requests, columns=columns, skip=True)
    assert outcome.errors.counts["duplicate"] == 370
    filed = rows(register, "SELECT ref, grid_code, ST_X(geom) AS x, ST_Y(geom) AS y FROM issue")
    assert len(filed) == 22_947 - outcome.rejected
    points = geopandas.GeoDataFrame(
        {"ref": [row.ref for row in filed], "ours": [row.grid_code for row in filed]},
        geometry=geopandas.points_from_xy([row.x for row in filed], [row.y for row in filed]),
        crs=4326,
    )
    grids = geopandas.read_file(districts)[["SMD_ID", "geometry"]]
    joined = points.sjoin(grids, how="left", predicate="intersects")
    theirs = joined.groupby("ref").SMD_ID.min()
    ours = points.set_index("ref").ours
    assert (ours.fillna("") == theirs.reindex(ours.index).fillna("")).all()
    assert ours.notna().sum() > 22_000


@pytest.mark.parametrize(
    ("name", "columns", "bad", "buildings"),
    [
        ("boulder_buildings.gpkg", {"code": "#"}, {"invalid_geometry": 10}, 13_491),
        ("tokyo_chiyoda_plateau2020_buildings.gpkg", {"code": "building_id"}, {}, 11_581),
        (
            "shenzhen_nanshan_buildings_multipolygon.geojson",
            {"code": "id"},
            {"invalid_geometry": 2},
            10,
        ),
        ("shanghai_osm_buildings.gpkg", {"code": "id"}, {"duplicate": 122}, 1_572 - 122),
        ("la_buildings_as_linestrings.geojson", {"code": "@id"}, {}, 4_151),
    ],
)
def test_buildings_of_five_cities_come_in(bring, register, realdata, name, columns, bad, buildings):
    """As they are where nothing is wrong; else refused with a list, and in with repair or skip."""
    path = realdata / "buildings" / name
    if bad:
        with pytest.raises(BadData) as refused:
            bring(DatasetKind.BUILDINGS, path, columns=columns)
        found = refused.value.log.counts
        assert {kind: found[kind] for kind in bad} == bad
        assert count(register, "building") == 0
    outcome = bring(
        DatasetKind.BUILDINGS, path, columns=columns, repair=True, skip="duplicate" in bad
    )
    assert count(register, "building") == outcome.added == buildings


def test_a_file_with_latitude_and_longitude_turned_round_is_told_so(bring, register, realdata):
    """Syracuse's potholes: a header with the two names exchanged."""
    path = realdata / "issues/syracuse_potholes_2016_LATLON_SWAPPED.csv"
    columns = {"ref": "#", "category": "=pothole", "reported_at": "=2016-01-01"}
    with pytest.raises(BadData, match=r"(?i)swapped|turned|latitude"):
        bring(DatasetKind.ISSUES, path, columns=columns, extent=(-77.0, 42.5, -75.5, 43.5))
    assert count(register, "issue") == 0


def test_the_same_city_in_the_right_order_comes_in(bring, register, realdata):
    path = realdata / "issues/syracuse_potholes_2016_root.csv"
    columns = {"ref": "#", "category": "=pothole", "reported_at": "=2016-01-01"}
    bring(DatasetKind.ISSUES, path, columns=columns, skip=True, extent=(-77.0, 42.5, -75.5, 43.5))
    assert count(register, "issue") > 7_000


def test_places_at_null_island_are_faults_and_line_breaks_are_text(bring, register, realdata):
    """San Francisco's 311: 4,264 rows at (0, 0), and line breaks inside quoted fields."""
    path = realdata / "issues/sf311_service_requests.csv"
    columns = {"ref": "unique_key", "category": "category", "reported_at": "created_date"}
    outcome = bring(DatasetKind.ISSUES, path, columns=columns, skip=True)
    assert outcome.read == 10_000
    assert outcome.rejected >= 4_264
    assert count(register, "issue") == 10_000 - outcome.rejected


NAMED = {
    DatasetKind.BUILDINGS: {"code": "#"},
    DatasetKind.GRIDS: {"code": "#"},
    DatasetKind.ISSUES: {"ref": "#", "category": "=x", "reported_at": "=2016-01-01"},
    DatasetKind.AREAS: {"code": "#", "name": "=x", "level": "=city"},
}


def test_every_hostile_file_ends_in_a_load_or_a_clear_refusal(bring, register, realdata):
    """Broken, odd and hostile files of GDAL, mapshaper and others, as each kind in turn."""
    files = sorted(path for path in (realdata / "dirty").rglob("*") if path.is_file())
    loaded, refused, unclear = 0, 0, []
    for path in files:
        for kind, columns in NAMED.items():
            try:
                bring(
                    kind, path, columns=columns, lengths=(1,) if kind is DatasetKind.GRIDS else ()
                )
                loaded += 1
            except GridwardError as error:
                refused += 1
                unclear += [(path, kind)] if len(str(error)) < 20 else []
    assert unclear == []
    assert loaded > 10
    assert refused > len(files)


def test_a_file_without_codes_says_how_to_go_on(bring, realdata):
    with pytest.raises(MissingColumn, match="code=#"):
        bring(DatasetKind.BUILDINGS, realdata / "buildings/boulder_buildings.gpkg")
