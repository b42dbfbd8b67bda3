"""The three map pages: property coverage, micro-grids and issues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import folium

from geo.settings import Language
from maps.folium import style
from maps.folium.basemap import NO_BASEMAP, Basemap, image_origins, tile_layer
from maps.folium.elements import BareMap, MapStartup, PageFigure, VectorTileLayer, create_map
from maps.folium.geometry_packing import pack_frame
from maps.locales.texts import HTML_LANG, PageName, Texts, format_date, page_texts
from maps.pages.page_data import COLUMNS, EmbeddedData, TileSources, service_config

__all__ = [
    "EmbeddedData",
    "RenderedPage",
    "TileSources",
    "render_grids",
    "render_issues",
    "render_property_coverage",
]

LAYERS: Final = ("shade", "backdrop", "borders", "grids", "buildings", "names", "issues")
"""The layers of the map, bottom to top."""

SOURCE_LAYER: Final = {"shade": "areas", "borders": "areas", "names": "areas"}
"""The data layer behind a map layer, where the names differ."""

ISSUES_PAGE_COLUMNS: Final = {"buildings": ("code", "name"), "grids": ("code", "name")}
"""The columns of buildings and grids on the issues page: enough to search for them."""


@dataclass(frozen=True)
class RenderedPage:
    """The HTML of a page, and what its content security policy must allow."""

    html: str
    script_hashes: tuple[str, ...]
    """`sha256-…` of each inline script."""
    image_origins: tuple[str, ...]
    """Hosts of the basemap, such as `https://tile.openstreetmap.org`; empty without one."""


def render_property_coverage(
    source: EmbeddedData | TileSources,
    *,
    title: str,
    on: date,
    language: Language = Language.ZH,
    basemap: Basemap = NO_BASEMAP,
) -> RenderedPage:
    """Return the page of property coverage on a date: rates by area, managers by building.

    EmbeddedData gives a single file that works offline; with TileSources the page requests its
    data from the service. `title` is the name of the city or area. Raises BasemapUnknown, and
    AssetsMissing before `npm ci` has run.
    """
    return _render("property-coverage", source, title, on, language, basemap)


def render_grids(
    source: EmbeddedData | TileSources,
    *,
    title: str,
    on: date,
    language: Language = Language.ZH,
    basemap: Basemap = NO_BASEMAP,
) -> RenderedPage:
    """Return the page of micro-grids, coloured by households, buildings or coverage rate.

    Parameters and errors are those of render_property_coverage.
    """
    return _render("grids", source, title, on, language, basemap)


def render_issues(
    source: EmbeddedData | TileSources,
    *,
    title: str,
    on: date,
    language: Language = Language.ZH,
    basemap: Basemap = NO_BASEMAP,
) -> RenderedPage:
    """Return the page of issues by category and status, clustered at low zoom.

    Parameters and errors are those of render_property_coverage.
    """
    return _render("issues", source, title, on, language, basemap)


def _render(
    kind: str,
    source: EmbeddedData | TileSources,
    title: str,
    on: date,
    language: Language,
    basemap: Basemap,
) -> RenderedPage:
    texts = page_texts(language, PageName.MAP)
    basemap_layer = tile_layer(basemap, texts["layer.basemap"])
    origins = image_origins(basemap_layer)
    config = _config(kind, source, title, on, language)
    data_blocks = {"gridward-config": config}
    if isinstance(source, EmbeddedData):
        data_blocks["gridward-data"] = _packed_layers(kind, source)
    context = {
        "lang": HTML_LANG[language],
        "kind": kind,
        "title": title,
        "as_of": config["asOf"],
        "texts": texts,
        "image_origins": origins,
        "links": None,
        "visitor": None,
    }
    if isinstance(source, TileSources):
        context["links"] = source.title_bar.links(kind, language)
        context["visitor"] = source.title_bar.visitor
    page = PageFigure(context, data_blocks, inline_assets=isinstance(source, EmbeddedData))
    _build_map(source, _map_layers(kind, source), basemap_layer, texts).add_to(page)
    html = page.render()
    return RenderedPage(html, page.script_hashes, origins)


def _build_map(
    source: EmbeddedData | TileSources,
    layers: Sequence[str],
    basemap_layer: folium.TileLayer | None,
    texts: Texts,
) -> BareMap:
    """Return the map, with the basemap below all other layers."""
    page_map = create_map(source.bounds)
    if basemap_layer is not None:
        basemap_layer.add_to(page_map)
    for layer in layers:
        VectorTileLayer(layer, texts[f"layer.{layer}"]).add_to(page_map)
    folium.LayerControl().add_to(page_map)
    MapStartup().add_to(page_map)
    return page_map


def _map_layers(kind: str, source: EmbeddedData | TileSources) -> list[str]:
    """Return the map layers that have data; only the issues page shows issues."""
    available = set(source.frames() if isinstance(source, EmbeddedData) else source.layers)
    if kind != "issues":
        available.discard("issues")
    return [layer for layer in LAYERS if SOURCE_LAYER.get(layer, layer) in available]


def _config(
    kind: str, source: EmbeddedData | TileSources, title: str, on: date, language: Language
) -> dict[str, Any]:
    """Return the configuration that the front end reads from the page."""
    return {
        "kind": kind,
        "title": title,
        "language": str(language),
        "on": on.isoformat(),
        "timezone": source.timezone,
        "bounds": source.bounds,
        "levels": _levels(source),
        "style": style.frontend_style(),
        "texts": page_texts(language, PageName.MAP),
        "area": source.area,
        "city": source.city if isinstance(source, TileSources) else None,
        "asOf": _as_of(source, on, language),
        "service": service_config(source) if isinstance(source, TileSources) else None,
    }


def _levels(source: EmbeddedData | TileSources) -> list[str]:
    """Return the administrative levels that have rows, coarse to fine; at least one level."""
    if isinstance(source, TileSources):
        present = {level for level in source.levels if level != "grid" or "grids" in source.layers}
    else:
        present = set(source.areas["level"]) if len(source.areas) else set()
        if source.grids is not None and len(source.grids):
            present.add("grid")
    return [level for level in style.LEVELS if level in present] or [style.LEVELS[0]]


def _packed_layers(kind: str, data: EmbeddedData) -> dict[str, Any]:
    used = {SOURCE_LAYER.get(layer, layer) for layer in _map_layers(kind, data)}
    columns = COLUMNS | ISSUES_PAGE_COLUMNS if kind == "issues" else COLUMNS
    return {
        layer: pack_frame(frame, columns[layer], labels=layer in ("areas", "grids"))
        for layer, frame in data.frames().items()
        if layer in used
    }


def _as_of(source: EmbeddedData | TileSources, on: date, language: Language) -> str:
    texts = page_texts(language, PageName.MAP)
    as_of = texts["as_of"].format(day=format_date(language, on))
    if isinstance(source, TileSources):
        as_of += " · " + texts["revision"].format(number=source.revision)
    return as_of
