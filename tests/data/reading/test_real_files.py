"""Real files have their known errors, and the same coordinates in every format."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from data.columns import DatasetKind
from geo.geometry.datums import Datum
from tests.data.reading.reading import read


def test_both_files_of_hegang_have_the_same_coordinates(realdata: Path) -> None:
    """GB18030, Gauss-Krüger and Chinese column names; and GCJ-02."""
    columns = {"code": "区划代码", "name": "区划名称", "level": "=district"}
    folder = realdata / "hegang"
    one, errors, source = read(
        folder / "DERIVED_hegang_gbk_cgcs2000gk129.shp", DatasetKind.AREAS, columns=columns
    )
    columns = {"code": "adcode", "name": "name", "level": "=district"}
    other, other_errors, _ = read(
        folder / "hegang_districts_amap2016_gcj02.geojson",
        DatasetKind.AREAS,
        columns=columns,
        datum=Datum.GCJ02,
    )
    assert not errors + other_errors
    assert "gb18030" in " ".join(source.notes)
    assert {row["code"]: row["name"] for row in one} == {row["code"]: row["name"] for row in other}
    shape_of = {row["code"]: row["shape"] for row in other}
    for row in one:
        a, b = (shapely.get_coordinates(shape) for shape in (row["shape"], shape_of[row["code"]]))
        assert np.max(Geod(ellps="WGS84").inv(*a.T, *b.T)[2]) < 1


DC = {"ref": "SERVICEREQUESTID", "category": "SERVICECODEDESCRIPTION", "reported_at": "ADDDATE"}
SF = {"ref": "unique_key", "reported_at": "created_date"}
SYRACUSE = {"ref": "#", "category": "=pothole", "reported_at": "TimeFilled"}


@pytest.mark.parametrize(
    ("file", "columns", "good", "kinds"),
    [
        ("boulder_buildings.gpkg", {"code": "#"}, 13_481, {"invalid_geometry": 10}),
        ("tokyo_chiyoda_plateau2020_buildings.gpkg", {"code": "building_id"}, 11_581, {}),
        ("shanghai_osm_buildings.gpkg", {"code": "id"}, 1_450, {"duplicate": 122}),
        ("shenzhen_nanshan_buildings_multipolygon.geojson", {}, 8, {"invalid_geometry": 2}),
        ("la_buildings_as_linestrings.geojson", {"code": "@id"}, 4_151, {}),
        ("taipei_base_units.gpkg", {"code": "CODEBASE"}, 11_490, {}),
        (
            "tokyo23ku_smallareas2015_simplified.gpkg",
            {"code": "small_area_code"},
            3_136,
            {"invalid_geometry": 6},
        ),
        (
            "dc311_last30days_2016.gpkg",
            DC,
            22_576,
            {"duplicate": 370, "missing_value": 2, "missing_geometry": 1},
        ),
        ("sf311_service_requests.csv", SF, 5_736, {"null_island": 4_264}),
        ("syracuse_potholes_2016_root.csv", SYRACUSE, 7_392, {}),
    ],
)
def test_real_files_have_their_known_errors(
    realdata: Path, file: str, columns: dict[str, str], good: int, kinds: dict[str, int]
) -> None:
    """Boulder's broken outlines, Shanghai's tile edges, San Francisco's 4,264 at (0, 0) …"""
    kind_of = {
        "buildings": DatasetKind.BUILDINGS,
        "partitions": DatasetKind.GRIDS,
        "issues": DatasetKind.ISSUES,
    }
    (path,) = (path for folder in kind_of for path in (realdata / folder).glob(file))
    mapping = columns or {"code": "id"}
    rows, errors, _ = read(path, kind_of[path.parent.name], columns=mapping)
    assert Counter(error.kind for error in errors) == kinds
    assert len(rows) == good


def test_swapped_coordinates_in_a_real_file_are_reported(realdata: Path) -> None:
    columns = {"ref": "#", "category": "=pothole", "reported_at": "=2016-07-31"}
    path = realdata / "issues/syracuse_potholes_2016_LATLON_SWAPPED.csv"
    extent = (-76.25, 42.98, -76.05, 43.1)
    rows, errors, _ = read(path, DatasetKind.ISSUES, columns=columns, extent=extent)
    assert not rows
    assert {error.kind for error in errors} == {"swapped"}
    corrected = columns | {"lon": "Latitude", "lat": "Longitude"}
    rows, errors, _ = read(path, DatasetKind.ISSUES, columns=corrected, extent=extent)
    assert (len(rows), errors) == (7_538, [])


def test_repair_makes_every_real_building_valid(realdata: Path) -> None:
    path = realdata / "buildings/boulder_buildings.gpkg"
    rows, errors, source = read(path, DatasetKind.BUILDINGS, columns={"code": "#"}, repair=True)
    assert (len(rows), errors) == (13_491, [])
    assert "10 polygons repaired" in " ".join(source.notes)
