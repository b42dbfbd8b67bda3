"""Folium elements: stable ids, inline or linked assets, and content security policies."""

import hashlib
import re
from base64 import b64encode
from datetime import date
from html.parser import HTMLParser

import folium
import pytest

from maps.folium import assets
from maps.folium.elements import BareMap, VectorTileLayer, assign_ids, csp_hash
from maps.pages import map_pages
from maps.pages.page_data import EmbeddedData, TileSources

ON = date(2025, 6, 30)
TILES = TileSources(bounds=(130.2, 47.28, 130.3, 47.3), revision=3, timezone="Asia/Shanghai")


class Scripts(HTMLParser):
    """Collects the inline scripts and the event handler attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.codes: list[str] = []
        self.handlers: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        attributes = dict(attrs)
        self.handlers += [name for name in attributes if name.startswith("on")]
        self.inside = tag == "script" and "src" not in attributes and "type" not in attributes
        if self.inside:
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.codes[-1] += data


@pytest.mark.parametrize("is_served", [True, False])
def test_the_hashes_are_those_of_the_inline_scripts(small_town: EmbeddedData, is_served):
    page = map_pages.render_issues(TILES if is_served else small_town, title="鹤城", on=ON)
    scripts = Scripts(page.html)
    hashes = [b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in scripts.codes]
    assert sorted(page.script_hashes) == sorted(f"sha256-{code}" for code in hashes)
    assert len(hashes) == (1 if is_served else 1 + len(assets.map_scripts()))
    assert scripts.handlers == []


def test_a_hash_is_the_one_that_browsers_compute():
    """The example of the content-security policy standard."""
    assert (
        csp_hash("alert('Hello, world.');") == "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
    )


def test_ids_are_consecutive_numbers():
    bare_map = BareMap(location=[47.3, 130.3], tiles=None)
    layers = [VectorTileLayer(name, name).add_to(bare_map) for name in ("shade", "names")]
    assign_ids(bare_map)
    assert [element._id for element in (bare_map, *layers)] == ["0", "1", "2"]


def test_a_bare_map_loads_no_scripts():
    bare_map = BareMap(location=[47.3, 130.3], tiles=None)
    root = bare_map.get_root()
    assert "http" not in re.sub(r"http-equiv", "", root.render())
    assert folium.Map.default_js
