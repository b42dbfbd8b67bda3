"""The basemap setting: accepted values, and the hosts of its tiles."""

import pytest

from maps.folium.basemap import BasemapUnknown, image_origins, tile_layer


@pytest.mark.parametrize("setting", ["none", "None", "", " "])
def test_none_gives_no_layer(setting):
    assert tile_layer(setting, "Basemap") is None
    assert image_origins(None) == ()


@pytest.mark.parametrize("setting", ["OpenStreetMap.Mapnik", "openstreetmap mapnik"])
def test_a_provider_is_found_by_name(setting):
    layer = tile_layer(setting, "Basemap")
    assert layer.layer_name == "Basemap"
    assert image_origins(layer) == ("https://tile.openstreetmap.org",)


def test_an_xyz_url_is_used_unchanged():
    layer = tile_layer("https://{s}.tiles.example:8443/v1/{z}/{x}/{y}.png?tk=1", "Basemap")
    assert layer.tiles.endswith("?tk=1")
    assert image_origins(layer) == ("https://*.tiles.example:8443",)


def test_tiles_of_the_same_server_add_no_host():
    assert image_origins(tile_layer("/basemap/{z}/{x}/{y}.png", "Basemap")) == ()


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
        tile_layer(setting, "Basemap")
    assert error.value.hint


def test_a_provider_that_needs_an_api_key_is_refused():
    with pytest.raises(BasemapUnknown, match="needs an API key"):
        tile_layer("Thunderforest.OpenCycleMap", "Basemap")
