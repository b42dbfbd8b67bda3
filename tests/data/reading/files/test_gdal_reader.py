"""Layers that GDAL reads: the right one, its text decoded, its curves straight, its noise heard."""

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


def opened(
    path: Path, layer: str | None = None, shape: GeometryKind = GeometryKind.POLYGON, **more: str
) -> RecordStream:
    return open_layer(path, layer, shape, more.get("encoding"), Notes())


def only(stream: RecordStream) -> RawBatch:
    (raw,) = stream.batches()
    return raw


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb", "shp", "shp.zip", "gml", "kml"])
def test_every_common_format_gives_the_same_rows(tmp_path: Path, frame, suffix: str) -> None:
    path = tmp_path / f"town.{suffix}"
    frame = frame.rename(columns={"名称": "name"})
    driver = "KML" if suffix == "kml" else None
    encoding = "UTF-8" if "shp" in suffix else None
    pyogrio.write_dataframe(frame, path, driver=driver, encoding=encoding)
    stream = opened(path)
    raw = only(stream)
    assert {"name"} <= {field.casefold() for field in stream.column_names}
    at = [name.casefold() for name in raw.attributes.schema.names].index("name")
    assert raw.attributes.column(at).to_pylist() == ["向阳区", "工农区"]
    shapes = shapely.force_2d(shapely.from_wkb(np.array(raw.wkb.to_pylist(), dtype=object)))
    assert all(shape.equals_exact(SQUARE, 1e-9) or shape.equals(SQUARE) for shape in shapes)
    assert raw.row_numbers.tolist() == [1, 2]
    assert stream.row_count in (2, None)


@pytest.mark.parametrize("codec", ["gb18030", "big5", "utf-8"])
@pytest.mark.parametrize("told", [True, False], ids=["told", "guessed"])
def test_a_shapefile_without_declared_encoding_is_decoded(
    tmp_path: Path, codec: str, told: bool
) -> None:
    """Column names too: they are in the same encoding."""
    names = {"gb18030": ("名称", "鹤岗市向阳区红军街道"), "big5": ("名稱", "臺北市中正區信義路"),
             "utf-8": ("名称", "鹤岗向阳区")}[codec]  # fmt: skip
    frame = geopandas.GeoDataFrame({names[0]: [names[1]]}, geometry=[SQUARE], crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding=codec)
    (tmp_path / "town.cpg").unlink()
    lying = bytearray((tmp_path / "town.dbf").read_bytes())
    lying[29] = 0  # the language that the table declares
    (tmp_path / "town.dbf").write_bytes(lying)
    notes = Notes()
    stream = open_layer(
        tmp_path / "town.shp", None, GeometryKind.POLYGON, codec if told else None, notes
    )
    assert stream.column_names == (names[0],)
    assert only(stream).attributes.to_pydict() == {names[0]: [names[1]]}
    assert ("decoded as" in " ".join(notes)) == (not told and codec != "utf-8")


def test_an_encoding_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"n": ["鹤岗市向阳区"]}, geometry=[SQUARE], crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding="gb18030")
    with pytest.raises(UnknownEncoding, match="--encoding"):
        only(opened(tmp_path / "town.shp", encoding="utf-8"))


@pytest.fixture
def three_layers(tmp_path: Path, frame) -> Path:
    """A GeoPackage of polygons, points and another layer of points."""
    path = tmp_path / "town.gpkg"
    frame.to_file(path, layer="districts")
    points = frame.set_geometry([shapely.Point(130.3, 47.3)] * 2, crs=4326)
    points.to_file(path, layer="issues")
    points.to_file(path, layer="stations")
    return path


def test_the_only_layer_of_the_right_kind_is_taken(three_layers: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert only(opened(three_layers)).wkb is not None


def test_of_several_layers_one_must_be_named(three_layers: Path) -> None:
    with pytest.raises(UnknownLayer, match=r"districts \(Polygon\), issues \(Point\)"):
        opened(three_layers, shape=GeometryKind.POINT)
    assert len(only(opened(three_layers, "stations", GeometryKind.POINT))) == 2
    with pytest.raises(UnknownLayer, match="no layer 'town'"):
        opened(three_layers, "town")


def packed(archive: Path, *names: str) -> Path:
    """An archive of the parts of town.shp, under each of some names."""
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in names:
            for part in ("shp", "shx", "dbf", "prj", "cpg"):
                zipped.write(archive.parent / f"town.{part}", f"{name}.{part}")
    return archive


@pytest.mark.parametrize("name", ["town", "folder/town", "城区/城区"])
def test_a_shapefile_is_found_wherever_it_lies_in_an_archive(
    tmp_path: Path, frame, name: str
) -> None:
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding="UTF-8")
    raw = only(opened(packed(tmp_path / "delivery.zip", name)))
    assert raw.attributes.column(1).to_pylist() == ["向阳区", "工农区"]


def test_several_shapefiles_in_a_folder_of_an_archive_are_its_layers(tmp_path: Path, frame) -> None:
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding="UTF-8")
    archive = packed(tmp_path / "delivery.zip", "a/town", "a/village")
    assert len(only(opened(archive, "village"))) == 2
    with pytest.raises(UnknownLayer, match=r"town \(Polygon\), village"):
        opened(archive)


def test_shapefiles_in_several_folders_of_an_archive_are_too_many(tmp_path: Path, frame) -> None:
    pyogrio.write_dataframe(frame, tmp_path / "town.shp", encoding="UTF-8")
    with pytest.raises(UnreadableFile, match=r"a/town\.shp, b/town\.shp"):
        opened(packed(tmp_path / "delivery.zip", "a/town", "b/town"))


POINTER = """<OGRVRTDataSource><OGRVRTLayer name="x">
<SrcDataSource>{}</SrcDataSource><SrcLayer>town</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize("archived", [False, True])
def test_a_file_that_points_to_another_is_refused(tmp_path: Path, frame, archived: bool) -> None:
    """It calls itself a GeoPackage, and in an archive it lies deeper."""
    frame.to_file(tmp_path / "town.gpkg")
    path = tmp_path / "pointer.gpkg"
    path.write_text(POINTER.format(tmp_path / "town.gpkg"))
    if archived:
        with zipfile.ZipFile(tmp_path / "pointer.zip", "w") as zipped:
            zipped.write(path, "folder/pointer.gpkg")
        path = tmp_path / "pointer.zip"
    with pytest.raises(UnreadableFile, match="points to another"):
        opened(path)


def test_large_rows_come_fewer_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.reading.files.gdal_reader._MAX_BATCH_BYTES", 1_000_000)
    rough = [shapely.Point(130, 47).buffer(0.1, quad_segs=2_000)] * 50
    pyogrio.write_dataframe(geopandas.GeoDataFrame(geometry=rough, crs=4326), tmp_path / "t.gpkg")
    assert max(len(raw) for raw in opened(tmp_path / "t.gpkg").batches()) < 10


def test_a_file_that_is_no_such_file_is_an_error_with_its_name_alone(tmp_path: Path) -> None:
    (tmp_path / "town.gpkg").write_text("hello")
    with pytest.raises(UnreadableFile, match=r"town\.gpkg") as caught:
        opened(tmp_path / "town.gpkg")
    assert str(tmp_path) not in str(caught.value)


def test_a_shapefile_without_its_parts_is_told_to_be_several_files(tmp_path: Path, frame) -> None:
    pyogrio.write_dataframe(frame.rename(columns={"名称": "name"}), tmp_path / "town.shp")
    (tmp_path / "town.shx").unlink()
    with pytest.raises(UnreadableFile, match=r"\.shx and \.dbf"):
        opened(tmp_path / "town.shp")


def test_a_file_cut_off_is_an_error_and_not_a_shorter_file(tmp_path: Path) -> None:
    many = geopandas.GeoDataFrame({"n": range(5_000)}, geometry=[SQUARE] * 5_000, crs=4326)
    pyogrio.write_dataframe(many, tmp_path / "town.fgb", layer_options={"SPATIAL_INDEX": "NO"})
    whole = (tmp_path / "town.fgb").read_bytes()
    (tmp_path / "town.fgb").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match=r"town\.fgb"):
        list(opened(tmp_path / "town.fgb").batches())


def test_what_gdal_grumbles_about_is_noted_and_not_let_out(tmp_path: Path) -> None:
    bad = '{"type": "MultiPolygon", "coordinates": [130.3, 47.3]}'
    (tmp_path / "town.geojson").write_text(bad)
    notes = Notes()
    with warnings.catch_warnings(record=True) as let_out:
        list(
            open_layer(tmp_path / "town.geojson", None, GeometryKind.POLYGON, None, notes).batches()
        )
    assert not let_out
    assert "GDAL: " in " ".join(notes)


def test_reading_can_be_stopped_at_any_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.reading.files.gdal_reader.BATCH_ROWS", 10)
    many = geopandas.GeoDataFrame({"n": range(100)}, geometry=[SQUARE] * 100, crs=4326)
    pyogrio.write_dataframe(many, tmp_path / "town.gpkg")
    stream = opened(tmp_path / "town.gpkg")
    batches = stream.batches()
    assert next(batches).row_numbers.tolist() == list(range(1, 11))
    batches.close()
    assert [int(row) for raw in stream.batches() for row in raw.row_numbers] == list(range(1, 101))


def test_curves_are_drawn_as_lines_with_a_note(realdata: Path) -> None:
    notes = Notes()
    path = realdata / "dirty/curve/pyogrio__multisurface.gpkg"
    stream = open_layer(path, None, GeometryKind.POLYGON, None, notes)
    shape = shapely.from_wkb(only(stream).wkb[0].as_py())
    assert shape.geom_type == "MultiPolygon"
    assert "every 4 degrees" in " ".join(notes)


def test_a_claimed_count_beyond_belief_is_no_count(realdata: Path) -> None:
    path = realdata / "dirty/corrupt/gdal__huge_feature_count.gpkg"
    assert opened(path, "test").row_count is None
