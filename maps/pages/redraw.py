"""The redraw table and the list of plans: who looks and where the plans are in, HTML out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import folium
from branca.element import MacroElement
from folium.template import Template

from geo.settings import Language
from maps.folium import assets, style
from maps.folium import basemap as folium_basemap
from maps.folium.elements import MapStartup, PageFigure, VectorTileLayer, create_map
from maps.locales.redraw_texts import REDRAW_WORDS
from maps.pages.map_pages import RenderedPage
from maps.pages.page_data import Bounds

LAYERS: Final = ("shade", "backdrop", "borders", "grids", "names")
"""What lies beneath the working area; its grids and buildings come with the plan."""
TABS: Final = ("grids", "findings", "impact", "comments", "steps")
MAP_PAGE: Final = "/maps/grids"
COLUMNS: Final = ("title", "status", "author", "communities", "changed")


@dataclass(frozen=True)
class Desk:
    """Who sits at the table, and where it finds what it draws."""

    login: str
    role: str
    csrf: str | None = None
    """What a write by cookie must repeat; None where a readable cookie tells it."""
    addresses: Mapping[str, str] = field(
        default_factory=lambda: {
            "page": "/redraw",
            "plans": "/v1/plans",
            "grids": "/v1/grids",
            "buildings": "/v1/buildings",
            "lookup": "/v1/lookup",
        }
    )


class _Plans(MacroElement):
    """Starts the list of plans."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Plans"

    _template = Template("{% macro script(this, kwargs) %}Gridward.plans();{% endmacro %}")


def plans(desk: Desk, *, language: Language = Language.ZH) -> RenderedPage:
    """Return the list of plans with the form that begins one."""
    said = {"who": desk.login, "map_page": MAP_PAGE, "columns": COLUMNS}
    sheet = _sheet("plans", desk, said, _config("plans", desk, language), assets.list_scripts())
    sheet.add_child(_Plans())
    return RenderedPage(sheet.render(), sheet.script_hashes, ())


def table(
    desk: Desk,
    plan: int,
    *,
    bounds: Bounds,
    revision: int,
    on: str,
    states: Mapping[str, str],
    language: Language = Language.ZH,
    basemap: str = folium_basemap.NONE,
) -> RenderedPage:
    """Return the table on which a plan is redrawn, with the grids of a day and revision beneath.

    `states` names the state that each layer of tiles is in; one that is missing is asked anew.
    Raises BasemapUnknown, and AssetsMissing before npm has run.
    """
    words = REDRAW_WORDS[language]
    ground = folium_basemap.tile_layer(basemap, words["layer.basemap"])
    origins = folium_basemap.image_origins(ground)
    more = {
        "plan": plan,
        "bounds": bounds,
        "on": on,
        "served": _served(revision, states),
        "basemap": ground is not None,
    }
    said = {
        "plans_page": desk.addresses["page"],
        "notice_page": f"{desk.addresses['page']}/{plan}/notice",
        "map_page": MAP_PAGE,
        "tabs": TABS,
    }
    config = _config("redraw", desk, language) | more
    sheet = _sheet("redraw", desk, said, config, assets.table_scripts())
    _drawn(bounds, ground, words).add_to(sheet)
    return RenderedPage(sheet.render(), sheet.script_hashes, origins)


def _served(revision: int, states: Mapping[str, str]) -> dict[str, Any]:
    """Return where the page asks for what lies beneath the plan."""
    return {
        "tiles": "/tiles/{layer}/{z}/{x}/{y}.mvt",
        "query": f"on={{on}}&revision={revision}",
        "states": dict(states),
        "coverage": "/v1/property-coverage",
        "lookup": "/v1/lookup",
        "search": "/v1/search",
        "places": {"area": "/v1/areas/{code}"},
    }


def _drawn(bounds: Bounds, ground: folium.TileLayer | None, words: Mapping[str, str]) -> folium.Map:
    """Return the map, with the city's own backdrop unless there is a base map."""
    drawn = create_map(bounds)
    if ground is not None:
        ground.add_to(drawn)
    for layer in LAYERS:
        if layer != "backdrop" or ground is None:
            VectorTileLayer(layer, words[f"layer.{layer}"]).add_to(drawn)
    MapStartup().add_to(drawn)
    return drawn


def _config(kind: str, desk: Desk, language: Language) -> dict[str, Any]:
    return {
        "kind": kind,
        "language": str(language),
        "levels": style.LEVELS,
        "style": style.sheet(),
        "words": REDRAW_WORDS[language],
        "account": {"login": desk.login, "role": desk.role},
        "addresses": dict(desk.addresses),
    }


def _sheet(
    kind: str,
    desk: Desk,
    said: dict[str, Any],
    config: dict[str, Any],
    scripts: tuple[assets.Asset, ...],
) -> PageFigure:
    lang = "zh-CN" if config["language"] == Language.ZH else "en"
    about = {"lang": lang, "words": config["words"], "csrf": desk.csrf, "image_origins": ()}
    return PageFigure(
        about | said,
        {"gridward-config": config},
        inline_assets=False,
        template=f"{kind}.html",
        scripts=scripts,
        styles=assets.table_styles(),
    )
