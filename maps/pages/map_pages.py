"""The pages: frames or addresses in, HTML out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import folium

from geo.settings import Language
from maps.folium import basemap as folium_basemap
from maps.folium import style
from maps.folium.elements import BareMap, MapStartup, PageFigure, VectorTileLayer, create_map
from maps.folium.geometry_packing import pack
from maps.locales.map_texts import WORDS, day, word
from maps.pages.page_data import COLUMNS, EmbeddedData, TileSources

__all__ = ["EmbeddedData", "RenderedPage", "TileSources", "grids", "issues", "property_coverage"]

LAYERS: Final = ("shade", "backdrop", "borders", "grids", "buildings", "names", "issues")
"""What the pages draw, from the ground up."""

DRAWN_FROM: Final = {"shade": "areas", "borders": "areas", "names": "areas"}
"""The layer of data behind a layer of the map, where the names differ."""
"""What each page draws, from the ground up."""

ISSUES_GROUND: Final = {"buildings": ("code", "name"), "grids": ("code", "name")}
"""What the issues page carries of the ground beneath them: enough to find a place."""


@dataclass(frozen=True)
class RenderedPage:
    """A page, and what a content-security policy must allow it."""

    html: str
    script_hashes: tuple[str, ...]
    """`sha256-…` of each script that stands in the page itself."""
    image_origins: tuple[str, ...]
    """Hosts of the basemap, such as `https://tile.openstreetmap.org`; empty without one."""


def property_coverage(
    data: EmbeddedData | TileSources,
    *,
    title: str,
    on: date,
    language: Language = Language.ZH,
    basemap: str = folium_basemap.NONE,
) -> RenderedPage:
    """Return the page of property coverage on a day: rates by area, managers by building.

    From a City it is one file that needs no network, from Tiles it asks the service. `title` is the
    name of the city or area. Raises BasemapUnknown, and AssetsMissing before npm has run.
    """
    return _page("property-coverage", data, title, on, language, basemap)


def grids(
    data: EmbeddedData | TileSources,
    *,
    title: str,
    on: date,
    language: Language = Language.ZH,
    basemap: str = folium_basemap.NONE,
) -> RenderedPage:
    """Return the page of micro-grids, shaded by households, buildings or coverage rate.

    Otherwise as property_coverage.
    """
    return _page("grids", data, title, on, language, basemap)


def issues(
    data: EmbeddedData | TileSources,
    *,
    title: str,
    on: date,
    language: Language = Language.ZH,
    basemap: str = folium_basemap.NONE,
) -> RenderedPage:
    """Return the page of issues by category and status, gathered into bubbles from afar.

    Otherwise as property_coverage.
    """
    return _page("issues", data, title, on, language, basemap)


def _page(
    kind: str,
    data: EmbeddedData | TileSources,
    title: str,
    on: date,
    language: Language,
    basemap: str,
) -> RenderedPage:
    ground = folium_basemap.tile_layer(basemap, word(language, "layer.basemap"))
    origins = folium_basemap.image_origins(ground)
    config = _config(kind, data, title, on, language) | {"basemap": ground is not None}
    blocks = {"gridward-config": config}
    if isinstance(data, EmbeddedData):
        blocks["gridward-data"] = _data(kind, data)
    said = {
        "lang": "zh-CN" if language is Language.ZH else "en",
        "kind": kind,
        "title": title,
        "as_of": _as_of(data, on, language),
        "words": WORDS[language],
        "image_origins": origins,
        "links": dict(data.pages) if isinstance(data, TileSources) else {},
    }
    sheet = PageFigure(said, blocks, inline_assets=isinstance(data, EmbeddedData))
    _map(data, _layers(kind, data), ground, language).add_to(sheet)
    html = sheet.render()
    return RenderedPage(html, sheet.script_hashes, origins)


def _map(
    data: EmbeddedData | TileSources,
    layers: Sequence[str],
    ground: folium.TileLayer | None,
    language: Language,
) -> BareMap:
    drawn = create_map(data.bounds)
    if ground is not None:
        ground.add_to(drawn)
    for layer in layers:
        hidden = layer == "backdrop" and ground is not None
        VectorTileLayer(layer, word(language, f"layer.{layer}"), show=not hidden).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    MapStartup().add_to(drawn)
    return drawn


def _layers(kind: str, data: EmbeddedData | TileSources) -> list[str]:
    """Return the layers of a page that there is data for; issues are on their own page alone."""
    there = set(data.frames() if isinstance(data, EmbeddedData) else data.layers)
    if kind != "issues":
        there.discard("issues")
    return [layer for layer in LAYERS if DRAWN_FROM.get(layer, layer) in there]


def _config(
    kind: str, data: EmbeddedData | TileSources, title: str, on: date, language: Language
) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": title,
        "language": str(language),
        "on": on.isoformat(),
        "bounds": data.bounds,
        "levels": _levels(data),
        "style": style.sheet(),
        "words": WORDS[language],
        "area": data.area,
        "asOf": _as_of(data, on, language),
        "served": _addresses(data) if isinstance(data, TileSources) else None,
    }


def _levels(data: EmbeddedData | TileSources) -> list[str]:
    """Return the levels that the page offers, coarse to fine: those there are rows of."""
    if isinstance(data, TileSources):
        there = {level for level in data.levels if level != "grid" or "grids" in data.layers}
        return [level for level in style.LEVELS if level in there] or [style.LEVELS[0]]
    present = set(data.areas["level"]) if len(data.areas) else set()
    if data.grids is not None and len(data.grids):
        present.add("grid")
    return [level for level in style.LEVELS if level in present] or [style.LEVELS[0]]


def _addresses(tiles: TileSources) -> dict[str, Any]:
    query = f"on={{on}}&revision={tiles.revision}"
    if tiles.at is not None:
        query += f"&at={tiles.at.isoformat().replace('+', '%2B')}"
    return {
        "tiles": tiles.tiles,
        "query": query,
        "states": dict(tiles.states),
        "coverage": tiles.coverage,
        "changes": tiles.changes,
        "history": tiles.history,
        "lookup": tiles.lookup,
        "counts": tiles.counts,
        "search": tiles.search,
        "lists": dict(tiles.lists),
        "mostListed": tiles.most_listed,
        "timezone": tiles.timezone,
        "places": dict(tiles.places),
        "issueCounts": list(tiles.issue_counts),
    }


def _data(kind: str, city: EmbeddedData) -> dict[str, Any]:
    used = {DRAWN_FROM.get(layer, layer) for layer in _layers(kind, city)}
    columns = COLUMNS | ISSUES_GROUND if kind == "issues" else COLUMNS
    return {
        layer: pack(frame, columns[layer], labels=layer in ("areas", "grids"))
        for layer, frame in city.frames().items()
        if layer in used
    }


def _as_of(data: EmbeddedData | TileSources, on: date, language: Language) -> str:
    text = word(language, "as_of", day=day(language, on))
    if isinstance(data, TileSources):
        text += " · " + word(language, "revision", number=data.revision)
    return text
