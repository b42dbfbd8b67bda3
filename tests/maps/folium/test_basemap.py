"""The basemap setting: what it may say, and the hosts that follow from it."""

import pytest

from maps.folium.basemap import BasemapUnknown, image_origins, tile_layer


@pytest.mark.parametrize("setting", ["none", "None", "", " "])
def test_none_is_no_layer(setting):
    assert tile_layer(setting, "Basemap") is None
    assert image_origins(None) == ()


@pytest.mark.parametrize("setting", ["OpenStreetMap.Mapnik", "openstreetmap mapnik"])
def test_a_provider_is_found_by_name(setting):
    layer = tile_layer(setting, "Basemap")
    assert layer.layer_name == "Basemap"
    assert image_origins(layer) == ("https://tile.openstreetmap.org",)


def test_an_address_of_tiles_is_taken_as_it_is():
    layer = tile_layer("https://{s}.tiles.example:8443/v1/{z}/{x}/{y}.png?tk=1", "Basemap")
    assert layer.tiles.endswith("?tk=1")
    assert image_origins(layer) == ("https://*.tiles.example:8443",)


def test_tiles_of_our_own_server_add_no_host():
    assert image_origins(tile_layer("/basemap/{z}/{x}/{y}.png", "Basemap")) == ()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("Nowhere.AtAll", "No basemap provider"),
        ("https://tiles.example/map.png", "XYZ"),
        ("https://tiles.example/{z}/{x}/{y}.png; script-src *", "XYZ"),
        ('https://tiles.example/{z}/{x}/{y}"onload=".png', "XYZ"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(setting, said):
    with pytest.raises(BasemapUnknown, match=said) as refused:
        tile_layer(setting, "Basemap")
    assert refused.value.hint


def test_a_provider_that_needs_a_key_is_refused():
    with pytest.raises(BasemapUnknown, match="needs a key"):
        tile_layer("Thunderforest.OpenCycleMap", "Basemap")
