"""The basemap setting: accepted values, and the hosts of its tiles."""

import pytest

from maps.folium.basemap import Basemap, BasemapLayer, BasemapUnknown, image_origins, tile_layer


def layer_of(source: str, datum: str = "auto") -> BasemapLayer:
    layer = tile_layer(Basemap(source, datum), "Basemap")
    assert layer is not None
    return layer


@pytest.mark.parametrize("setting", ["none", "None", "", " "])
def test_none_gives_no_layer(setting):
    assert tile_layer(Basemap(setting), "Basemap") is None
    assert image_origins(None) == ()


@pytest.mark.parametrize("setting", ["OpenStreetMap.Mapnik", "openstreetmap mapnik"])
def test_a_provider_is_found_by_name(setting):
    layer = layer_of(setting)
    assert layer.layer_name == "Basemap"
    assert image_origins(layer) == ("https://tile.openstreetmap.org",)


def test_an_xyz_url_is_used_unchanged():
    layer = layer_of("https://{s}.tiles.example:8443/v1/{z}/{x}/{y}.png?tk=1")
    assert layer.tiles.endswith("?tk=1")
    assert image_origins(layer) == ("https://*.tiles.example:8443",)


def test_tiles_of_the_same_server_add_no_host():
    assert image_origins(layer_of("/basemap/{z}/{x}/{y}.png")) == ()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("Nowhere.AtAll", "No basemap provider"),
        ("https://tiles.example/map.png", "XYZ"),
        ("https://tiles.example/{z}/{x}/{y}.png; script-src *", "XYZ"),
        ('https://tiles.example/{z}/{x}/{y}"onload=".png', "XYZ"),
    ],
)
def test_an_unusable_setting_is_refused_with_the_reason(setting, message):
    with pytest.raises(BasemapUnknown, match=message) as error:
        layer_of(setting)
    assert error.value.hint


def test_a_provider_that_needs_an_api_key_is_refused():
    with pytest.raises(BasemapUnknown, match="needs an API key"):
        layer_of("Thunderforest.OpenCycleMap")


@pytest.mark.parametrize(
    ("source", "datum", "expected"),
    [
        ("OpenStreetMap.Mapnik", "auto", "wgs84"),
        ("Gaode.Normal", "auto", "gcj02"),
        ("gaode satellite", "", "gcj02"),
        ("Tencent.Normal", "auto", "gcj02"),
        ("http://webrd0{s}.is.autonavi.com/tile?x={x}&y={y}&z={z}", "auto", "gcj02"),
        ("https://rt0.map.gtimg.com/tile?z={z}&x={x}&y={-y}", "Auto", "gcj02"),
        ("https://tiles.example/autonavi.com/{z}/{x}/{y}.png", "auto", "wgs84"),
        ("https://tiles.example/{z}/{x}/{y}.png", "GCJ02", "gcj02"),
        ("https://tiles.example/{z}/{x}/{y}.png", "cgcs2000", "wgs84"),
        ("Gaode.Normal", "wgs84", "wgs84"),  # a proxy or provider may have shifted them already
        ("/basemap/{z}/{x}/{y}.png", "gcj02", "gcj02"),
    ],
)
def test_the_datum_is_that_of_the_provider_unless_it_is_set(source, datum, expected):
    assert layer_of(source, datum).options["datum"] == expected


@pytest.mark.parametrize(
    ("source", "datum"),
    [
        ("Baidu.Normal", "auto"),
        ("BaiduMap", "auto"),
        ("http://online{s}.map.bdimg.com/tile/?x={x}&y={y}&z={z}", "auto"),
        ("https://tiles.example/{z}/{x}/{y}.png", "bd09"),
    ],
)
def test_basemaps_of_baidu_are_refused_with_others_to_use(source, datum):
    with pytest.raises(BasemapUnknown, match="Baidu") as error:
        layer_of(source, datum)
    assert error.value.hint is not None
    assert "Gaode.Normal" in error.value.hint


def test_an_unknown_datum_is_refused_with_those_that_work():
    with pytest.raises(BasemapUnknown, match="datum 'mars' is unknown") as error:
        layer_of("https://tiles.example/{z}/{x}/{y}.png", "mars")
    assert error.value.hint == "Set auto, wgs84, cgcs2000, gcj02."


def test_tiles_above_the_highest_zoom_of_a_provider_are_enlarged():
    assert layer_of("OpenStreetMap.Mapnik").options["max_native_zoom"] == 19
    assert layer_of("OpenStreetMap.Mapnik").options["max_zoom"] == 20
