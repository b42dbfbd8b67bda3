"""Layers that GDAL reads: choice of layer, text decoding, curves, warnings and errors."""

import warnings
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from data.columns import GeometryKind
from data.errors import UnknownEncoding, UnknownLayer, UnreadableFile
from data.reading.files.gdal_reader import open_layer
from data.reading.files.record_stream import RawBatch, RecordStream
from data.reading.notes import Notes

SQUARE = shapely.box(130.3, 47.3, 130.4, 47.4)


@pytest.fixture
def frame() -> geopandas.GeoDataFrame:
    """Two squares with Chinese names."""
    names = {"code": ["1", "2"], "名称": ["向阳区", "工农区"]}
    return geopandas.GeoDataFrame(names, geometry=[SQUARE, SQUARE], crs=4326)


def open_file(
    path: Path, layer: str | None = None, kind: GeometryKind = GeometryKind.POLYGON, **options: str
) -> RecordStream:
    return open_layer(path, layer, kind, options.get("encoding"), Notes())


def single_batch(stream: RecordStream) -> RawBatch:
    (batch,) = stream.batches()
    return batch


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb", "shp", "shp.zip", "gml", "kml"])
def test_every_common_format_returns_the_same_rows(tmp_path: Path, frame, suffix: str) -> None:
    path = tmp_path / f"town.{suffix}"
    frame = frame.rename(columns={"名称": "name"})
    driver = "KML" if suffix == "kml" else None
    encoding = "UTF-8" if "shp" in suffix else None
    pyogrio.write_dataframe(frame, path, driver=driver, encoding=encoding)
    stream = open_file(path)
    batch = single_batch(stream)
    assert {"name"} <= {field.casefold() for field in stream.column_names}
    position = [name.casefold() for name in batch.attributes.schema.names].index("name")
    assert batch.attributes.column(position).to_pylist() == ["向阳区", "工农区"]
    shapes = shapely.force_2d(shapely.from_wkb(np.array(batch.wkb.to_pylist(), dtype=object)))
    assert all(shape.equals_exact(SQUARE, 1e-9) or shape.equals(SQUARE) for shape in shapes)
    assert batch.row_numbers.tolist() == [1, 2]
    assert stream.row_count in (2, None)


@pytest.mark.parametrize("codec", ["gb18030", "big5", "utf-8"])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "guessed"])
def test_a_shapefile_without_declared_encoding_is_decoded(
    tmp_path: Path, codec: str, declared: bool
) -> None:
    """Column names as well: they have the same encoding."""
    names = {"gb18030": ("名称", "鹤岗市向阳区红军街道"), "big5": ("名稱", "臺北市中正區信義路"),
             "utf-8": ("名称", "鹤岗向阳区")}[codec]  # fmt: skip
    frame = geopandas.GeoDataFrame({names[0]: [names[1]]}, geometry=[SQUARE], crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding=codec)
    (tmp_path / "town.cpg").unlink()
    dbf = bytearray((tmp_path / "town.dbf").read_bytes())
    dbf[29] = 0  # the language that the table declares
    (tmp_path / "town.dbf").write_bytes(dbf)
    notes = Notes()
    stream = open_layer(
        tmp_path / "town.shp", None, GeometryKind.POLYGON, codec if declared else None, notes
    )
    assert stream.column_names == (names[0],)
    assert single_batch(stream).attributes.to_pydict() == {names[0]: [names[1]]}
    assert ("decoded as" in " ".join(notes)) == (not declared and codec != "utf-8")


def test_a_wrong_encoding_is_an_error(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"n": ["鹤岗市向阳区"]}, geometry=[SQUARE], crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding="gb18030")
    with pytest.raises(UnknownEncoding, match="--encoding"):
        single_batch(open_file(tmp_path / "town.shp", encoding="utf-8"))


@pytest.fixture
def three_layers(tmp_path: Path, frame) -> Path:
    """A GeoPackage of polygons, points and another layer of points."""
    path = tmp_path / "town.gpkg"
    frame.to_file(path, layer="districts")
    points = frame.set_geometry([shapely.Point(130.3, 47.3)] * 2, crs=4326)
    points.to_file(path, layer="issues")
    points.to_file(path, layer="stations")
    return path


def test_the_only_layer_with_suitable_geometry_is_read(three_layers: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert single_batch(open_file(three_layers)).wkb is not None


def test_one_of_several_suitable_layers_must_be_named(three_layers: Path) -> None:
    with pytest.raises(UnknownLayer, match=r"districts \(Polygon\), issues \(Point\)"):
        open_file(three_layers, kind=GeometryKind.POINT)
    assert len(single_batch(open_file(three_layers, "stations", GeometryKind.POINT))) == 2
    with pytest.raises(UnknownLayer, match="no layer 'town'"):
        open_file(three_layers, "town")


def zip_shapefile(archive: Path, *names: str) -> Path:
    """An archive with the parts of town.shp under each of these names."""
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in names:
            for part in ("shp", "shx", "dbf", "prj", "cpg"):
                zipped.write(archive.parent / f"town.{part}", f"{name}.{part}")
    return archive


@pytest.mark.parametrize("name", ["town", "folder/town", "城区/城区"])
def test_a_shapefile_is_found_in_any_folder_of_an_archive(tmp_path: Path, frame, name: str) -> None:
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding="UTF-8")
    batch = single_batch(open_file(zip_shapefile(tmp_path / "delivery.zip", name)))
    assert batch.attributes.column(1).to_pylist() == ["向阳区", "工农区"]


def test_several_shapefiles_in_one_folder_of_an_archive_are_layers(tmp_path: Path, frame) -> None:
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding="UTF-8")
    archive = zip_shapefile(tmp_path / "delivery.zip", "a/town", "a/village")
    assert len(single_batch(open_file(archive, "village"))) == 2
    with pytest.raises(UnknownLayer, match=r"town \(Polygon\), village"):
        open_file(archive)


def test_shapefiles_in_several_folders_of_an_archive_are_an_error(tmp_path: Path, frame) -> None:
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding="UTF-8")
    with pytest.raises(UnreadableFile, match=r"a/town\.shp, b/town\.shp"):
        open_file(zip_shapefile(tmp_path / "delivery.zip", "a/town", "b/town"))


POINTER = """<OGRVRTDataSource><OGRVRTLayer name="x">
<SrcDataSource>{}</SrcDataSource><SrcLayer>town</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize("archived", [False, True])
def test_a_file_that_points_to_another_is_an_error(tmp_path: Path, frame, archived: bool) -> None:
    """It has the suffix of a GeoPackage, and in an archive it is in a folder."""
    frame.to_file(tmp_path / "town.gpkg")
    path = tmp_path / "pointer.gpkg"
    path.write_text(POINTER.format(tmp_path / "town.gpkg"))
    if archived:
        with zipfile.ZipFile(tmp_path / "pointer.zip", "w") as zipped:
            zipped.write(path, "folder/pointer.gpkg")
        path = tmp_path / "pointer.zip"
    with pytest.raises(UnreadableFile, match="points to another"):
        open_file(path)


def test_batches_of_large_rows_have_fewer_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.reading.files.gdal_reader._MAX_BATCH_BYTES", 1_000_000)
    large = [shapely.Point(130, 47).buffer(0.1, quad_segs=2_000)] * 50
    pyogrio.write_dataframe(geopandas.GeoDataFrame(geometry=large, crs=4326), tmp_path / "t.gpkg")
    assert max(len(batch) for batch in open_file(tmp_path / "t.gpkg").batches()) < 10


def test_an_invalid_file_is_an_error_with_its_name_but_not_its_path(tmp_path: Path) -> None:
    (tmp_path / "town.gpkg").write_text("hello")
    with pytest.raises(UnreadableFile, match=r"town\.gpkg") as caught:
        open_file(tmp_path / "town.gpkg")
    assert str(tmp_path) not in str(caught.value)


def test_an_incomplete_shapefile_is_an_error_that_names_its_parts(tmp_path: Path, frame) -> None:
    pyogrio.write_dataframe(frame.rename(columns={"名称": "name"}), tmp_path / "town.shp")
    (tmp_path / "town.shx").unlink()
    with pytest.raises(UnreadableFile, match=r"\.shx and \.dbf"):
        open_file(tmp_path / "town.shp")


def test_a_truncated_file_is_an_error(tmp_path: Path) -> None:
    many = geopandas.GeoDataFrame({"n": range(5_000)}, geometry=[SQUARE] * 5_000, crs=4326)
    pyogrio.write_dataframe(many, tmp_path / "town.fgb", layer_options={"SPATIAL_INDEX": "NO"})
    whole = (tmp_path / "town.fgb").read_bytes()
    (tmp_path / "town.fgb").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match=r"town\.fgb"):
        list(open_file(tmp_path / "town.fgb").batches())


def test_warnings_of_gdal_become_notes(tmp_path: Path) -> None:
    invalid = '{"type": "MultiPolygon", "coordinates": [130.3, 47.3]}'
    (tmp_path / "town.geojson").write_text(invalid)
    notes = Notes()
    with warnings.catch_warnings(record=True) as emitted:
        list(
            open_layer(tmp_path / "town.geojson", None, GeometryKind.POLYGON, None, notes).batches()
        )
    assert not emitted
    assert "GDAL: " in " ".join(notes)


def test_reading_can_stop_after_any_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.reading.files.gdal_reader.BATCH_ROWS", 10)
    many = geopandas.GeoDataFrame({"n": range(100)}, geometry=[SQUARE] * 100, crs=4326)
    pyogrio.write_dataframe(many, tmp_path / "town.gpkg")
    stream = open_file(tmp_path / "town.gpkg")
    batches = stream.batches()
    assert next(batches).row_numbers.tolist() == list(range(1, 11))
    batches.close()
    assert [int(row) for batch in stream.batches() for row in batch.row_numbers] == list(
        range(1, 101)
    )


def test_curves_are_converted_to_lines_with_a_note(realdata: Path) -> None:
    notes = Notes()
    path = realdata / "dirty/curve/pyogrio__multisurface.gpkg"
    stream = open_layer(path, None, GeometryKind.POLYGON, None, notes)
    shape = shapely.from_wkb(single_batch(stream).wkb[0].as_py())
    assert shape.geom_type == "MultiPolygon"
    assert "every 4 degrees" in " ".join(notes)


def test_an_implausible_row_count_is_ignored(realdata: Path) -> None:
    path = realdata / "dirty/corrupt/gdal__huge_feature_count.gpkg"
    assert open_file(path, "test").row_count is None
