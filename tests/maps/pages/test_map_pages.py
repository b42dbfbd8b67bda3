"""The HTML of the map pages: no other hosts, no random ids, no scripts from data."""

import dataclasses
import re
from datetime import date

import pytest

from geo.settings import Language
from maps.folium.basemap import Basemap
from maps.pages import map_pages
from maps.pages.page_data import EmbeddedData, TileSources

ON = date(2025, 6, 30)
RENDERERS = (map_pages.render_property_coverage, map_pages.render_grids, map_pages.render_issues)
TILES = TileSources(bounds=(130.2, 47.28, 130.3, 47.3), revision=3, timezone="Asia/Shanghai")


@pytest.mark.parametrize("render", RENDERERS)
def test_a_page_loads_nothing_from_other_hosts(render, small_town: EmbeddedData):
    for source in (small_town, TILES):
        html = render(source, title="鹤岗市", on=ON).html
        loaded = re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]*)""", html)
        assert all(url.startswith(("/assets/", "data:")) for url in loaded)


def test_the_same_input_gives_the_same_html(small_town: EmbeddedData):
    first, second = (map_pages.render_grids(small_town, title="鹤岗市", on=ON) for _ in range(2))
    assert first == second
    assert not re.search(r"[0-9a-f]{32}", map_pages.render_grids(TILES, title="鹤岗市", on=ON).html)


def test_a_city_of_the_sample_size_stays_under_two_megabytes(build_town):
    city = build_town(districts=6, grids=20, homes=6, issues=5000)
    assert len(city.grids) == 720
    assert len(city.buildings) == 4320
    for render in RENDERERS:
        assert len(render(city, title="鹤岗市", on=ON).html.encode()) < 2_000_000


@pytest.mark.parametrize("language", Language)
def test_a_page_has_texts_of_one_language(language, small_town: EmbeddedData):
    """Except the link to the other language, which has the name of that language."""
    html = map_pages.render_property_coverage(TILES, title="Hegang", on=ON, language=language).html
    html, links = re.subn(r'<a [^>]*\bhreflang="[^"]+">[^<]+</a>', "", html)
    assert links == 1
    assert bool(re.search("[一-鿿]", html)) == (language is Language.ZH)


def test_a_page_with_inline_packages_contains_their_licences(small_town: EmbeddedData):
    assert "Volodymyr Agafonkin" in map_pages.render_grids(small_town, title="鹤城", on=ON).html
    assert "Volodymyr Agafonkin" not in map_pages.render_grids(TILES, title="鹤城", on=ON).html


def test_markup_in_a_title_is_escaped():
    html = map_pages.render_issues(TILES, title="<img src=x onerror=alert(1)>", on=ON).html
    assert "<img" not in html


def test_the_size_of_a_served_page_does_not_depend_on_the_city():
    tokyo = dataclasses.replace(TILES, bounds=(139.5629, 35.5209, 139.9211, 35.8174))
    assert len(map_pages.render_grids(tokyo, title="東京", on=ON).html.encode()) < 40_000


def test_a_page_has_a_folium_map_with_layers_and_a_layer_control():
    html = map_pages.render_property_coverage(TILES, title="鹤城", on=ON).html
    assert "L.map(" in html
    assert "L.control.layers(" in html
    assert html.count("Gridward.createLayer(") == 6


def test_a_standalone_page_allows_no_host_but_the_basemap(small_town: EmbeddedData):
    page = map_pages.render_grids(
        small_town, title="鹤城", on=ON, basemap=Basemap("OpenStreetMap.Mapnik")
    )
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page.html)[1]
    assert page.image_origins == ("https://tile.openstreetmap.org",)
    assert "img-src data: https://tile.openstreetmap.org;" in policy
    assert "default-src &#39;none&#39;" in policy
