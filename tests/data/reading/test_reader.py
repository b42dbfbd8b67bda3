"""From a file to checked batches: made-up files of every kind, and the real ones."""

import datetime as dt
import os
import warnings
from collections import Counter
from pathlib import Path

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from pyproj import Geod

from data.columns import SCHEMAS, DatasetKind
from data.errors import MissingColumn, UnknownFormat, UnreadableFile
from data.reading.files.record_stream import BATCH_ROWS
from data.reading.reader import ReadOptions, RowBatch, Source, open_source
from data.row_errors import RowError
from geo.errors import GridwardError
from geo.geometry.datums import Datum

HOUSE = shapely.box(130.300, 47.350, 130.301, 47.351)


def houses(**columns: list[object]) -> geopandas.GeoDataFrame:
    """As many squares beside each other as the columns have values."""
    count = len(next(iter(columns.values())))
    shapes = [shapely.box(130 + i / 100, 47, 130.005 + i / 100, 47.005) for i in range(count)]
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326)


def read(
    path: Path, kind: DatasetKind, **options: object
) -> tuple[list[dict], list[RowError], Source]:
    """The good rows as dicts, with their geometry, every fault, and the source."""
    source = open_source(path, kind, ReadOptions(**options))
    rows, faults = [], []
    for batch in source:
        columns = {name: values.to_pylist() for name, values in batch.columns.items()}
        shapes = batch.geometry if batch.geometry is not None else [None] * len(batch)
        columns |= {"row": batch.row_numbers.tolist(), "shape": list(shapes)}
        rows += [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]
        faults += batch.errors
    return rows, faults, source


@pytest.fixture
def csv(tmp_path: Path):
    """Writes a text to a file."""

    def write(text: str) -> Path:
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        return tmp_path / "t.csv"

    return write


def test_buildings_come_out_typed_in_all_our_columns(tmp_path: Path) -> None:
    frame = houses(
        code=["a", "b"],
        households=[12.0, None],
        built_year=["1987", None],
        status=["standing", "拆除"],
    )
    frame.to_file(tmp_path / "b.gpkg")
    (batch,) = open_source(tmp_path / "b.gpkg", DatasetKind.BUILDINGS)
    assert list(batch.columns) == list(SCHEMAS[DatasetKind.BUILDINGS].column_names)
    assert batch.columns["households"].to_pylist() == [12, None]
    assert batch.columns["built_year"].type == pa.int32()
    assert batch.columns["status"].to_pylist() == ["standing", "retired"]
    assert batch.columns["name"].to_pylist() == [None, None]
    assert batch.row_numbers.tolist() == [1, 2]
    assert not batch.errors


def test_geometry_and_ewkb_tell_the_same(tmp_path: Path) -> None:
    houses(code=["a", "b"]).to_file(tmp_path / "b.gpkg")
    (batch,) = open_source(tmp_path / "b.gpkg", DatasetKind.BUILDINGS)
    assert shapely.get_srid(batch.geometry).tolist() == [4326, 4326]
    assert shapely.get_type_id(batch.geometry).tolist() == [6, 6]
    assert shapely.to_wkb(batch.geometry, include_srid=True).tolist() == batch.ewkb.to_pylist()


def test_managers_have_no_geometry_and_none_is_read(tmp_path: Path) -> None:
    houses(code=["m"], name=["Weimin"], kind=["物业公司"]).to_file(tmp_path / "m.gpkg")
    (batch,) = open_source(tmp_path / "m.gpkg", DatasetKind.MANAGERS)
    assert batch.geometry is None
    assert batch.ewkb is None
    assert batch.columns["kind"].to_pylist() == ["property_firm"]


def test_property_coverage_has_days(csv) -> None:
    rows, faults, _ = read(
        csv(
            "building_code,manager_code,covered_from,covered_to\na,m,2024/1/2,\na,n,20250102,2025-02-30\n"
        ),
        DatasetKind.PROPERTY_COVERAGE,
    )
    assert [(row["covered_from"], row["covered_to"]) for row in rows] == [
        (dt.date(2024, 1, 2), None)
    ]
    assert [(fault.row, fault.column) for fault in faults] == [(2, "covered_to")]


def test_issues_have_moments_and_a_note_tells_the_zone(csv) -> None:
    rows, _, source = read(
        csv("ref,category,reported_at,lon,lat\n1,heating,2024-01-02 08:00,130.3,47.35\n"),
        DatasetKind.ISSUES,
    )
    assert rows[0]["reported_at"] == dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    assert rows[0]["shape"] == shapely.Point(130.3, 47.35)
    assert list(source.notes) == [
        "Timestamps without a time zone were read in Asia/Shanghai (1 rows)"
    ]
    rows, _, _ = read(source.path, DatasetKind.ISSUES, timezone="UTC")
    assert rows[0]["reported_at"] == dt.datetime(2024, 1, 2, 8, tzinfo=dt.UTC)


def test_an_excel_sheet_is_as_good_as_a_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["编号", "category", "reported_at", "经度", "纬度"])
    book.active.append([230403001002.0, "供暖", dt.datetime(2024, 1, 2, 8), 130.3, 47.35])
    book.save(tmp_path / "t.xlsx")
    rows, faults, _ = read(tmp_path / "t.xlsx", DatasetKind.ISSUES, columns={"ref": "编号"})
    assert not faults
    assert rows[0]["ref"] == "230403001002"
    assert rows[0]["reported_at"] == dt.datetime(2024, 1, 2, tzinfo=dt.UTC)


def test_each_fault_names_its_row_its_code_and_its_column_and_keeps_the_row_out(csv) -> None:
    text = (
        "code,name,level\n2304,Hegang,city\n230402,,district\n230403,Gongnong,town hall\n,x,city\n"
    )
    rows, faults, _ = read(csv(text), DatasetKind.AREAS)
    assert [row["code"] for row in rows] == ["2304"]
    assert [(fault.row, fault.code, fault.column, fault.kind) for fault in faults] == [
        (2, "230402", "name", "missing_value"),
        (3, "230403", "level", "bad_level"),
        (4, None, "code", "missing_value"),
    ]


def test_a_row_with_two_faults_is_one_row_less(csv) -> None:
    rows, faults, _ = read(csv("code,name,level\n2304,,village hall\n"), DatasetKind.AREAS)
    assert rows == []
    assert len(faults) == 2


def test_a_code_that_comes_twice_is_a_fault_wherever_it_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten rows at a time: row 25 repeats row 3."""
    monkeypatch.setattr("data.reading.files.gdal_reader.BATCH_ROWS", 10)
    codes = [f"c{number}" for number in range(1, 31)]
    codes[24] = "c3"
    houses(code=codes).to_file(tmp_path / "b.gpkg")
    rows, (fault,), _ = read(tmp_path / "b.gpkg", DatasetKind.BUILDINGS)
    assert len(rows) == 29
    assert (fault.row, fault.kind) == (25, "duplicate")
    assert "row 3" in fault.message


def test_a_source_can_be_read_again_and_finds_the_same(csv) -> None:
    _, _, source = read(csv("code,name,level\n1,a,city\n1,b,city\n"), DatasetKind.AREAS)
    assert [len(batch.errors) for batch in source] == [1]
    assert [len(batch.errors) for batch in source] == [1]


def test_rows_can_be_numbered_by_their_file(tmp_path: Path) -> None:
    houses(height=[1.0, 2.0]).to_file(tmp_path / "boulder.2024.gpkg")
    rows, _, _ = read(tmp_path / "boulder.2024.gpkg", DatasetKind.BUILDINGS, columns={"code": "#"})
    assert [row["code"] for row in rows] == ["boulder-1", "boulder-2"]


def test_a_value_can_be_stated_for_every_row(csv) -> None:
    rows, _, _ = read(
        csv("code,name\n230402,x\n"), DatasetKind.AREAS, columns={"level": "=district"}
    )
    assert rows[0]["level"] == "district"


def test_what_is_named_by_no_column_is_an_error_before_any_row(tmp_path: Path) -> None:
    houses(height=[1.0]).to_file(tmp_path / "b.gpkg")
    with pytest.raises(MissingColumn, match=r"'code'.*height"):
        open_source(tmp_path / "b.gpkg", DatasetKind.BUILDINGS)


def test_buildings_without_any_place_are_an_error(csv) -> None:
    with pytest.raises(MissingColumn, match="lon and lat"):
        open_source(csv("code\n1\n"), DatasetKind.BUILDINGS)


@pytest.mark.parametrize("name", ["missing.gpkg", "missing.docx"])
def test_a_file_that_is_not_there_or_of_no_format_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises((UnreadableFile, UnknownFormat)):
        open_source(tmp_path / name, DatasetKind.AREAS)
    (tmp_path / "there.docx").touch()
    with pytest.raises(UnknownFormat):
        open_source(tmp_path / "there.docx", DatasetKind.AREAS)


def test_areas_may_have_an_outline_or_none(csv) -> None:
    text = 'code,name,level,wkt\n1,a,city,"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n2,b,city,\n'
    rows, faults, _ = read(csv(text), DatasetKind.AREAS)
    assert not faults
    assert rows[0]["shape"].geom_type == "MultiPolygon"
    assert rows[1]["shape"] is None


def test_backdrop_takes_lines_and_polygons_as_they_are(tmp_path: Path) -> None:
    frame = houses(kind=["water", "road", "green"])
    frame.loc[1, "geometry"] = shapely.LineString([(130, 47), (131, 47)])
    frame.loc[2, "geometry"] = shapely.Point(130, 47)
    frame.to_file(tmp_path / "b.geojson")
    rows, (fault,), _ = read(tmp_path / "b.geojson", DatasetKind.BACKDROP)
    assert [row["shape"].geom_type for row in rows] == ["Polygon", "LineString"]
    assert fault.row == 3


def test_a_shifted_datum_is_taken_back_at_the_entrance(csv) -> None:
    """Hegang is 653 m off in GCJ-02."""
    text = "ref,category,reported_at,lon,lat\n1,heating,2024-01-02,130.3,47.35\n"
    (plain,), _, _ = read(csv(text), DatasetKind.ISSUES)
    (shifted,), _, _ = read(csv(text), DatasetKind.ISSUES, datum=Datum.GCJ02)
    line = Geod(ellps="WGS84").inv(*plain["shape"].coords[0], *shifted["shape"].coords[0])
    assert line[2] == pytest.approx(653, abs=3)


def test_batches_hold_a_bounded_number_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    pd.DataFrame({"code": range(2 * BATCH_ROWS + 5), "name": "x", "kind": "自管"}).to_csv(
        path, index=False
    )
    sizes = [len(batch) for batch in open_source(path, DatasetKind.MANAGERS)]
    assert sum(sizes) == 2 * BATCH_ROWS + 5
    assert max(sizes) <= BATCH_ROWS


# The real files.


def test_hegang_lands_in_one_place_from_both_of_its_files(realdata: Path) -> None:
    """GB18030, Gauss-Krüger and Chinese column names; and GCJ-02."""
    columns = {"code": "区划代码", "name": "区划名称", "level": "=district"}
    folder = realdata / "hegang"
    one, faults, source = read(
        folder / "DERIVED_hegang_gbk_cgcs2000gk129.shp", DatasetKind.AREAS, columns=columns
    )
    columns = {"code": "adcode", "name": "name", "level": "=district"}
    other, more, _ = read(
        folder / "hegang_districts_amap2016_gcj02.geojson",
        DatasetKind.AREAS,
        columns=columns,
        datum=Datum.GCJ02,
    )
    assert not faults + more
    assert "gb18030" in " ".join(source.notes)
    assert {row["code"]: row["name"] for row in one} == {row["code"]: row["name"] for row in other}
    twins = {row["code"]: row["shape"] for row in other}
    for row in one:
        a, b = (shapely.get_coordinates(shape) for shape in (row["shape"], twins[row["code"]]))
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
def test_real_files_have_the_faults_they_are_known_for(
    realdata: Path, file: str, columns: dict[str, str], good: int, kinds: dict[str, int]
) -> None:
    """Boulder's broken outlines, Shanghai's tile edges, San Francisco's 4,264 at (0, 0) …"""
    kind_of = {
        "buildings": DatasetKind.BUILDINGS,
        "partitions": DatasetKind.GRIDS,
        "issues": DatasetKind.ISSUES,
    }
    (path,) = (path for folder in kind_of for path in (realdata / folder).glob(file))
    given = columns or {"code": "id"}
    rows, faults, _ = read(path, kind_of[path.parent.name], columns=given)
    assert Counter(fault.kind for fault in faults) == kinds
    assert len(rows) == good


def test_a_real_file_with_latitude_and_longitude_swapped_is_told_so(realdata: Path) -> None:
    columns = {"ref": "#", "category": "=pothole", "reported_at": "=2016-07-31"}
    path = realdata / "issues/syracuse_potholes_2016_LATLON_SWAPPED.csv"
    extent = (-76.25, 42.98, -76.05, 43.1)
    rows, faults, _ = read(path, DatasetKind.ISSUES, columns=columns, extent=extent)
    assert not rows
    assert {fault.kind for fault in faults} == {"swapped"}
    mended = columns | {"lon": "Latitude", "lat": "Longitude"}
    rows, faults, _ = read(path, DatasetKind.ISSUES, columns=mended, extent=extent)
    assert (len(rows), faults) == (7_538, [])


def test_repair_leaves_no_real_building_behind(realdata: Path) -> None:
    path = realdata / "buildings/boulder_buildings.gpkg"
    rows, faults, source = read(path, DatasetKind.BUILDINGS, columns={"code": "#"}, repair=True)
    assert (len(rows), faults) == (13_491, [])
    assert "10 polygons repaired" in " ".join(source.notes)


# Broken, odd and hostile files.

FOLDER = Path(os.environ.get("GRIDWARD_REALDATA", Path(__file__).parents[4] / "shared/realdata"))
DIRTY = sorted(path for path in (FOLDER / "dirty").rglob("*") if path.is_file())


def stated(kind: DatasetKind) -> dict[str, str]:
    """Something for every column that each row needs, so that files are read to their end."""
    given = {}
    for column in SCHEMAS[kind].columns:
        if column.required:
            word = next(iter(column.vocabulary), "2020-01-01" if "covered" in column.name else "x")
            given[column.name] = "#" if SCHEMAS[kind].key == (column.name,) else f"={word}"
    return given | ({"reported_at": "=2020-01-01"} if kind is DatasetKind.ISSUES else {})


@pytest.mark.parametrize("kind", DatasetKind)
@pytest.mark.parametrize(
    "path",
    DIRTY or [pytest.param(None, marks=pytest.mark.skip("no real files: set GRIDWARD_REALDATA"))],
    ids=lambda path: path.name if path else "none",
)
def test_every_dirty_file_ends_in_rows_or_in_a_clear_refusal(path: Path, kind: DatasetKind) -> None:
    for repair in (False, True):
        options = ReadOptions(columns=stated(kind), repair=repair)
        with warnings.catch_warnings(record=True) as let_out:
            batches, refusal = _batches(path, kind, options)
        assert not let_out
        assert refusal is None or (path.name in str(refusal) and refusal.hint)
        for batch in batches:
            _is_sound(batch, kind)


def _batches(
    path: Path, kind: DatasetKind, options: ReadOptions
) -> tuple[list[RowBatch], GridwardError | None]:
    try:
        return list(open_source(path, kind, options)), None
    except GridwardError as refusal:
        return [], refusal


def _is_sound(batch: RowBatch, kind: DatasetKind) -> None:
    bad = {fault.row for fault in batch.errors}
    assert not bad & set(batch.row_numbers.tolist())
    assert bad | set(batch.row_numbers.tolist()) >= set(batch.raw.row_numbers.tolist())
    assert all(len(values) == len(batch) for values in batch.columns.values())
    assert all(fault.message and fault.hint for fault in batch.errors)
    if batch.geometry is not None:
        there = batch.geometry[~shapely.is_missing(batch.geometry)]
        assert shapely.is_valid(there).all()
        assert len(there) == len(batch) or not SCHEMAS[kind].geometry_required
        west, south, east, north = shapely.total_bounds(there) if len(there) else (0, 0, 0, 0)
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
