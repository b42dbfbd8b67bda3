"""The pages as text: nothing foreign, nothing random, nothing that runs from data."""

import dataclasses
import re
from datetime import date

import pytest

from geo.settings import Language
from maps.pages import map_pages
from maps.pages.page_data import EmbeddedData, TileSources

ON = date(2025, 6, 30)
KINDS = (map_pages.property_coverage, map_pages.grids, map_pages.issues)
TILES = TileSources(bounds=(130.2, 47.28, 130.3, 47.3), revision=3)


@pytest.mark.parametrize("draw", KINDS)
def test_a_page_names_no_other_host(draw, small_town: EmbeddedData):
    for data in (small_town, TILES):
        html = draw(data, title="鹤岗市", on=ON).html
        loaded = re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]*)""", html)
        assert all(url.startswith(("/assets/", "data:")) for url in loaded)


def test_the_same_input_gives_the_same_page(small_town: EmbeddedData):
    first, second = (map_pages.grids(small_town, title="鹤岗市", on=ON) for _ in range(2))
    assert first == second
    assert not re.search(r"[0-9a-f]{32}", map_pages.grids(TILES, title="鹤岗市", on=ON).html)


def test_a_city_of_the_sample_size_stays_under_two_megabytes(build_town):
    city = build_town(districts=6, grids=20, homes=6, issues=5000)
    assert len(city.grids) == 720
    assert len(city.buildings) == 4320
    for draw in KINDS:
        assert len(draw(city, title="鹤岗市", on=ON).html.encode()) < 2_000_000


@pytest.mark.parametrize("language", Language)
def test_a_page_speaks_one_language(language, small_town: EmbeddedData):
    html = map_pages.property_coverage(TILES, title="Hegang", on=ON, language=language).html
    assert bool(re.search("[一-鿿]", html)) == (language is Language.ZH)


def test_a_page_that_carries_other_peoples_code_carries_their_licences(small_town: EmbeddedData):
    assert "Volodymyr Agafonkin" in map_pages.grids(small_town, title="鹤城", on=ON).html
    assert "Volodymyr Agafonkin" not in map_pages.grids(TILES, title="鹤城", on=ON).html


def test_markup_in_a_title_is_text():
    html = map_pages.issues(TILES, title="<img src=x onerror=alert(1)>", on=ON).html
    assert "<img" not in html


def test_a_served_page_weighs_the_same_for_a_village_and_for_tokyo():
    tokyo = dataclasses.replace(TILES, bounds=(139.5629, 35.5209, 139.9211, 35.8174))
    assert len(map_pages.grids(tokyo, title="東京", on=ON).html.encode()) < 40_000
