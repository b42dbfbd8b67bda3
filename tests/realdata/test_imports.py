"""Imports of real files from public sources."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import text

from data.columns import DatasetKind
from data.errors import MissingColumn
from data.row_errors import BadData
from geo.errors import GridwardError
from geo.geometry import topology
from geo.geometry.datums import Datum

GEOMETRIES = "SELECT code, name, ST_AsBinary(geom) AS geom FROM {} ORDER BY code"


def rows(database, statement):
    with database.connect() as connection:
        return connection.execute(text(statement)).all()


def count(database, table):
    return rows(database, f"SELECT count(*) FROM {table}")[0][0]


def outlines(database, table):
    records = rows(database, GEOMETRIES.format(table))
    return [row.name for row in records], shapely.from_wkb([bytes(row.geom) for row in records])


def test_hegang_is_the_same_from_a_gauss_krueger_shapefile_and_from_gcj02(
    import_file, database, realdata
):
    """GB18030 names and EPSG:4552 metres on one side, Amap's GCJ-02 degrees on the other."""
    columns = {"code": "区划代码", "name": "区划名称", "level": "=district"}
    shapefile = realdata / "hegang/DERIVED_hegang_gbk_cgcs2000gk129.shp"
    import_file(DatasetKind.AREAS, shapefile, columns=columns)
    names, surveyed = outlines(database, "area")
    fences = realdata / "hegang/hegang_districts_amap2016_gcj02.geojson"
    columns = {"code": "adcode", "level": "=district"}
    outcome = import_file(DatasetKind.AREAS, fences, columns=columns, datum=Datum.GCJ02)
    assert outcome.updated == 8
    same_names, converted = outlines(database, "area")
    assert names == same_names
    assert "萝北县" in names
    scale = np.array([75_000.0, 111_200.0])
    metres = [shapely.transform(each, lambda xy: xy * scale) for each in (surveyed, converted)]
    assert shapely.hausdorff_distance(*metres).max() < 1


def test_taipei_base_units_become_grids_and_their_nested_codes_become_areas(
    import_file, database, realdata
):
    """`A6301-0026-00`: five characters are the town, eight and nine nest below it."""
    file = realdata / "partitions/taipei_base_units.gpkg"
    outcome = import_file(DatasetKind.GRIDS, file, columns={"code": "CODEBASE"}, lengths=(5, 8, 9))
    assert (outcome.added, outcome.revision) == (11_490, 1)
    levels = dict(rows(database, "SELECT level, count(*) FROM area GROUP BY level"))
    assert levels == {"district": 12, "subdistrict": 120, "community": 1155}
    again = import_file(DatasetKind.GRIDS, file, columns={"code": "CODEBASE"}, lengths=(5, 8, 9))
    assert again.is_noop
    assert again.revision is None


def test_tokyo_small_areas_are_refused_without_repair_and_imported_with_repair(
    import_file, database, realdata
):
    """Each chome was simplified on its own, so that shared borders disagree everywhere."""
    file = realdata / "partitions/tokyo23ku_smallareas2015_simplified.gpkg"
    options = {"columns": {"code": "small_area_code", "name": "label"}, "lengths": (5,)}
    with pytest.raises(BadData) as refused:
        import_file(DatasetKind.GRIDS, file, **options)
    assert count(database, "micro_grid") == 0
    assert refused.value.log.counts
    outcome = import_file(DatasetKind.GRIDS, file, repair=True, skip=True, **options)
    assert outcome.added > 3_100
    assert any("m²" in note for note in outcome.notes)
    _, repaired = outlines(database, "micro_grid")
    assert topology.is_valid_coverage(repaired)
    assert topology.find_overlaps(repaired) == []


def lowest_codes(points: geopandas.GeoDataFrame, grids: geopandas.GeoDataFrame) -> pd.Series:
    """The lowest code of the grids that each point is in, "" for none, in the order of points."""
    joined = points.sjoin(grids, how="left", predicate="intersects")
    return joined.code.fillna("").groupby(level=0).min().reindex(points.index)


ROUNDING = 0.5e-8 * 2**0.5
"""In degrees: how far the rounding to steps of 1e-8 degrees moves a corner."""


def test_dc_service_requests_are_in_the_grids_that_geopandas_finds(import_file, database, realdata):
    """22,947 requests in single-member districts. Duplicate ids are reported and skipped."""
    districts = realdata / "partitions/dc_single_member_district_2013.gpkg"
    import_file(DatasetKind.GRIDS, districts, columns={"code": "SMD_ID"}, lengths=(2,))
    requests = realdata / "issues/dc311_last30days_2016.gpkg"
    columns = {
        "ref": "SERVICEREQUESTID",
        "category": "SERVICECODEDESCRIPTION",
        "reported_at": "ADDDATE",
    }
    outcome = import_file(DatasetKind.ISSUES, requests, columns=columns, skip=True)
    assert outcome.errors.counts["duplicate"] == 370
    issues = rows(database, "SELECT ref, grid_code, ST_X(geom) AS x, ST_Y(geom) AS y FROM issue")
    assert len(issues) == 22_947 - outcome.rejected_count
    points = geopandas.GeoDataFrame(
        {"ours": [row.grid_code or "" for row in issues]},
        index=[row.ref for row in issues],
        geometry=geopandas.points_from_xy([row.x for row in issues], [row.y for row in issues]),
        crs=4326,
    )
    stored = rows(database, GEOMETRIES.format("micro_grid"))
    grids = geopandas.GeoDataFrame(
        {"code": [row.code for row in stored]},
        geometry=shapely.from_wkb([bytes(row.geom) for row in stored]),
        crs=4326,
    )
    assert (points.ours == lowest_codes(points, grids)).all()
    in_file = geopandas.read_file(districts)[["SMD_ID", "geometry"]].rename(
        columns={"SMD_ID": "code"}
    )
    differs = (points.ours != lowest_codes(points, in_file)).to_numpy()
    to_border = shapely.distance(np.asarray(points.geometry)[differs], in_file.boundary.union_all())
    assert to_border.max(initial=0) <= ROUNDING, "only rounding moved a border over a request"
    assert (points.ours != "").sum() > 22_000


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
def test_buildings_of_five_cities_are_imported(
    import_file, database, realdata, name, columns, bad, buildings
):
    """Files with errors are refused with a list, then imported with repair or skip."""
    path = realdata / "buildings" / name
    if bad:
        with pytest.raises(BadData) as refused:
            import_file(DatasetKind.BUILDINGS, path, columns=columns)
        kinds = refused.value.log.counts
        assert {kind: kinds[kind] for kind in bad} == bad
        assert count(database, "building") == 0
    outcome = import_file(
        DatasetKind.BUILDINGS, path, columns=columns, repair=True, skip="duplicate" in bad
    )
    assert count(database, "building") == outcome.added == buildings


def test_a_file_with_swapped_latitude_and_longitude_is_refused_with_that_reason(
    import_file, database, realdata
):
    """Syracuse potholes: the header has the two names exchanged."""
    path = realdata / "issues/syracuse_potholes_2016_LATLON_SWAPPED.csv"
    columns = {"ref": "#", "category": "=pothole", "reported_at": "=2016-01-01"}
    with pytest.raises(BadData, match=r"(?i)swapped|turned|latitude"):
        import_file(DatasetKind.ISSUES, path, columns=columns, extent=(-77.0, 42.5, -75.5, 43.5))
    assert count(database, "issue") == 0


def test_the_same_file_with_the_right_header_is_imported(import_file, database, realdata):
    path = realdata / "issues/syracuse_potholes_2016_root.csv"
    columns = {"ref": "#", "category": "=pothole", "reported_at": "=2016-01-01"}
    import_file(
        DatasetKind.ISSUES, path, columns=columns, skip=True, extent=(-77.0, 42.5, -75.5, 43.5)
    )
    assert count(database, "issue") > 7_000


def test_points_at_null_island_are_row_errors_and_line_breaks_are_text(
    import_file, database, realdata
):
    """San Francisco's 311: 4,264 rows at (0, 0), and line breaks inside quoted fields."""
    path = realdata / "issues/sf311_service_requests.csv"
    columns = {"ref": "unique_key", "category": "category", "reported_at": "created_date"}
    outcome = import_file(DatasetKind.ISSUES, path, columns=columns, skip=True)
    assert outcome.read == 10_000
    assert outcome.rejected_count >= 4_264
    assert count(database, "issue") == 10_000 - outcome.rejected_count


COLUMNS = {
    DatasetKind.BUILDINGS: {"code": "#"},
    DatasetKind.GRIDS: {"code": "#"},
    DatasetKind.ISSUES: {"ref": "#", "category": "=x", "reported_at": "=2016-01-01"},
    DatasetKind.AREAS: {"code": "#", "name": "=x", "level": "=city"},
}


def test_every_malformed_file_is_imported_or_refused_with_a_clear_message(
    import_file, database, realdata
):
    """Malformed and hostile files from GDAL, mapshaper and others, imported as each kind."""
    files = sorted(path for path in (realdata / "dirty").rglob("*") if path.is_file())
    loaded, refused, unclear = 0, 0, []
    for path in files:
        for kind, columns in COLUMNS.items():
            try:
                import_file(
                    kind, path, columns=columns, lengths=(1,) if kind is DatasetKind.GRIDS else ()
                )
                loaded += 1
            except GridwardError as error:
                refused += 1
                unclear += [(path, kind)] if len(str(error)) < 20 else []
    assert unclear == []
    assert loaded > 10
    assert refused > len(files)


def test_the_error_of_a_file_without_codes_has_a_hint(import_file, realdata):
    with pytest.raises(MissingColumn, match="code=#"):
        import_file(DatasetKind.BUILDINGS, realdata / "buildings/boulder_buildings.gpkg")
