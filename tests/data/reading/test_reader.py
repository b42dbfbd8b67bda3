"""Invented files of every kind of data, read as validated batches."""

import datetime as dt
from pathlib import Path

import geopandas
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from pyproj import Geod

from data.columns import SCHEMAS, DatasetKind
from data.errors import MissingColumn, UnknownFormat, UnreadableFile
from data.reading.files.record_stream import BATCH_ROWS
from data.reading.reader import open_source
from geo.geometry.datums import Datum
from tests.data.reading.reading import read


def houses(**columns: list[object]) -> geopandas.GeoDataFrame:
    """Squares side by side, one for each value of the columns."""
    count = len(next(iter(columns.values())))
    shapes = [shapely.box(130 + i / 100, 47, 130.005 + i / 100, 47.005) for i in range(count)]
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326)


@pytest.fixture
def csv(tmp_path: Path):
    """A function that writes text to a CSV file."""

    def write(text: str) -> Path:
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        return tmp_path / "t.csv"

    return write


def test_buildings_have_all_our_columns_with_their_types(tmp_path: Path) -> None:
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


def test_geometry_and_ewkb_are_equal(tmp_path: Path) -> None:
    houses(code=["a", "b"]).to_file(tmp_path / "b.gpkg")
    (batch,) = open_source(tmp_path / "b.gpkg", DatasetKind.BUILDINGS)
    assert shapely.get_srid(batch.geometry).tolist() == [4326, 4326]
    assert shapely.get_type_id(batch.geometry).tolist() == [6, 6]
    assert shapely.to_wkb(batch.geometry, include_srid=True).tolist() == batch.ewkb.to_pylist()


def test_the_geometry_of_managers_is_not_read(tmp_path: Path) -> None:
    houses(code=["m"], name=["Weimin"], kind=["物业公司"]).to_file(tmp_path / "m.gpkg")
    (batch,) = open_source(tmp_path / "m.gpkg", DatasetKind.MANAGERS)
    assert batch.geometry is None
    assert batch.ewkb is None
    assert batch.columns["kind"].to_pylist() == ["property_firm"]


def test_property_coverage_has_dates(csv) -> None:
    rows, errors, _ = read(
        csv(
            "building_code,manager_code,covered_from,covered_to\na,m,2024/1/2,\na,n,20250102,2025-02-30\n"
        ),
        DatasetKind.PROPERTY_COVERAGE,
    )
    assert [(row["covered_from"], row["covered_to"]) for row in rows] == [
        (dt.date(2024, 1, 2), None)
    ]
    assert [(error.row, error.column) for error in errors] == [(2, "covered_to")]


def test_issues_have_timestamps_and_a_note_names_the_time_zone(csv) -> None:
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


def test_an_excel_sheet_is_read_like_a_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["编号", "category", "reported_at", "经度", "纬度"])
    book.active.append([230403001002.0, "供暖", dt.datetime(2024, 1, 2, 8), 130.3, 47.35])
    book.save(tmp_path / "t.xlsx")
    rows, errors, _ = read(tmp_path / "t.xlsx", DatasetKind.ISSUES, columns={"ref": "编号"})
    assert not errors
    assert rows[0]["ref"] == "230403001002"
    assert rows[0]["reported_at"] == dt.datetime(2024, 1, 2, tzinfo=dt.UTC)


def test_each_error_has_row_code_and_column_and_excludes_the_row(csv) -> None:
    text = (
        "code,name,level\n2304,Hegang,city\n230402,,district\n230403,Gongnong,town hall\n,x,city\n"
    )
    rows, errors, _ = read(csv(text), DatasetKind.AREAS)
    assert [row["code"] for row in rows] == ["2304"]
    assert [(error.row, error.code, error.column, error.kind) for error in errors] == [
        (2, "230402", "name", "missing_value"),
        (3, "230403", "level", "bad_level"),
        (4, None, "code", "missing_value"),
    ]


def test_a_row_with_two_errors_is_excluded_once(csv) -> None:
    rows, errors, _ = read(csv("code,name,level\n2304,,village hall\n"), DatasetKind.AREAS)
    assert rows == []
    assert len(errors) == 2


def test_a_duplicate_code_is_an_error_also_in_a_later_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten rows at a time: row 25 repeats row 3."""
    monkeypatch.setattr("data.reading.files.gdal_reader.BATCH_ROWS", 10)
    codes = [f"c{number}" for number in range(1, 31)]
    codes[24] = "c3"
    houses(code=codes).to_file(tmp_path / "b.gpkg")
    rows, (error,), _ = read(tmp_path / "b.gpkg", DatasetKind.BUILDINGS)
    assert len(rows) == 29
    assert (error.row, error.kind) == (25, "duplicate")
    assert "row 3" in error.message


def test_a_source_can_be_read_again_with_the_same_result(csv) -> None:
    _, _, source = read(csv("code,name,level\n1,a,city\n1,b,city\n"), DatasetKind.AREAS)
    assert [len(batch.errors) for batch in source] == [1]
    assert [len(batch.errors) for batch in source] == [1]


def test_rows_can_be_numbered_with_the_name_of_the_file(tmp_path: Path) -> None:
    houses(height=[1.0, 2.0]).to_file(tmp_path / "boulder.2024.gpkg")
    rows, _, _ = read(tmp_path / "boulder.2024.gpkg", DatasetKind.BUILDINGS, columns={"code": "#"})
    assert [row["code"] for row in rows] == ["boulder-1", "boulder-2"]


def test_a_constant_value_applies_to_every_row(csv) -> None:
    rows, _, _ = read(
        csv("code,name\n230402,x\n"), DatasetKind.AREAS, columns={"level": "=district"}
    )
    assert rows[0]["level"] == "district"


def test_a_missing_required_column_is_an_error_before_any_row(tmp_path: Path) -> None:
    houses(height=[1.0]).to_file(tmp_path / "b.gpkg")
    with pytest.raises(MissingColumn, match=r"'code'.*height"):
        open_source(tmp_path / "b.gpkg", DatasetKind.BUILDINGS)


def test_buildings_without_coordinates_are_an_error(csv) -> None:
    with pytest.raises(MissingColumn, match="lon and lat"):
        open_source(csv("code\n1\n"), DatasetKind.BUILDINGS)


@pytest.mark.parametrize("name", ["missing.gpkg", "missing.docx"])
def test_a_missing_file_or_unknown_format_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises((UnreadableFile, UnknownFormat)):
        open_source(tmp_path / name, DatasetKind.AREAS)
    (tmp_path / "there.docx").touch()
    with pytest.raises(UnknownFormat):
        open_source(tmp_path / "there.docx", DatasetKind.AREAS)


def test_the_geometry_of_areas_is_optional(csv) -> None:
    text = 'code,name,level,wkt\n1,a,city,"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n2,b,city,\n'
    rows, errors, _ = read(csv(text), DatasetKind.AREAS)
    assert not errors
    assert rows[0]["shape"].geom_type == "MultiPolygon"
    assert rows[1]["shape"] is None


def test_backdrop_accepts_lines_and_polygons(tmp_path: Path) -> None:
    frame = houses(kind=["water", "road", "green"])
    frame.loc[1, "geometry"] = shapely.LineString([(130, 47), (131, 47)])
    frame.loc[2, "geometry"] = shapely.Point(130, 47)
    frame.to_file(tmp_path / "b.geojson")
    rows, (error,), _ = read(tmp_path / "b.geojson", DatasetKind.BACKDROP)
    assert [row["shape"].geom_type for row in rows] == ["Polygon", "LineString"]
    assert error.row == 3


def test_a_shifted_datum_is_converted_when_the_file_is_read(csv) -> None:
    """Hegang is 653 m off in GCJ-02."""
    text = "ref,category,reported_at,lon,lat\n1,heating,2024-01-02,130.3,47.35\n"
    (plain,), _, _ = read(csv(text), DatasetKind.ISSUES)
    (shifted,), _, _ = read(csv(text), DatasetKind.ISSUES, datum=Datum.GCJ02)
    distance_m = Geod(ellps="WGS84").inv(*plain["shape"].coords[0], *shifted["shape"].coords[0])[2]
    assert distance_m == pytest.approx(653, abs=3)


def test_batches_have_a_limited_number_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    pd.DataFrame({"code": range(2 * BATCH_ROWS + 5), "name": "x", "kind": "自管"}).to_csv(
        path, index=False
    )
    sizes = [len(batch) for batch in open_source(path, DatasetKind.MANAGERS)]
    assert sum(sizes) == 2 * BATCH_ROWS + 5
    assert max(sizes) <= BATCH_ROWS
