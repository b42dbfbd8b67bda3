"""The redraw page, where a plan is edited on the map, and the list of plans."""

from dataclasses import dataclass
from typing import Any, Final

import folium
from branca.element import MacroElement
from folium.template import Template

from geo.settings import Language
from maps.folium import assets, style
from maps.folium.basemap import NO_BASEMAP, Basemap, image_origins, tile_layer
from maps.folium.elements import MapStartup, PageFigure, VectorTileLayer, create_map
from maps.locales.texts import HTML_LANG, PageName, Texts, page_texts
from maps.pages.map_pages import RenderedPage
from maps.pages.page_data import Bounds, TileSources, service_config

LAYERS: Final = ("shade", "backdrop", "borders", "grids", "names")
"""The tile layers below the communities that are edited; those are loaded with the plan."""
TABS: Final = ("grids", "findings", "impact", "comments", "steps")
MAP_PAGE: Final = "/maps/grids"
COLUMNS: Final = ("title", "status", "author", "communities", "changed")


URLS: Final = {
    "page": "/redraw",
    "plans": "/v1/plans",
    "grids": "/v1/grids",
    "buildings": "/v1/buildings",
    "limits": "/v1/limits",
    "lookup": "/v1/lookup",
    "revisions": "/v1/revisions",
}
"""The routes that the pages request."""


@dataclass(frozen=True)
class EditorAccount:
    """The account that opens the page."""

    login: str
    role: str
    reach: str | None = None
    """The area or grid code that it may change; None is unrestricted."""
    csrf_token: str | None = None
    """The token that a write with a session cookie sends; None where a readable cookie holds it."""


class _PlanListStartup(MacroElement):
    """Starts the front end of the plan list."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PlanListStartup"

    _template = Template("{% macro script(this, kwargs) %}Gridward.open();{% endmacro %}")


def render_plan_list(
    account: EditorAccount, *, timezone: str, language: Language = Language.ZH
) -> RenderedPage:
    """Return the list of plans with the form that creates one; times are those of a time zone."""
    context = {"login": account.login, "map_page": MAP_PAGE, "columns": COLUMNS}
    config = _config("plans", account, language) | {"timezone": timezone}
    page = _build_page("plans", account, context, config, assets.plan_list_scripts())
    page.add_child(_PlanListStartup())
    return RenderedPage(page.render(), page.script_hashes, ())


def render_redraw_page(
    account: EditorAccount,
    plan: int,
    *,
    sources: TileSources,
    on: str,
    language: Language = Language.ZH,
    basemap: Basemap = NO_BASEMAP,
) -> RenderedPage:
    """Return the page that edits a plan, above the tiles of the date `on`.

    Raises BasemapUnknown, and AssetsMissing before `npm ci` has run.
    """
    texts = page_texts(language, PageName.REDRAW)
    basemap_layer = tile_layer(basemap, texts["layer.basemap"])
    origins = image_origins(basemap_layer)
    context = {
        "plans_page": URLS["page"],
        "notice_page": f"{URLS['page']}/{plan}/notice",
        "map_page": MAP_PAGE,
        "tabs": TABS,
    }
    config = _config("redraw", account, language) | {
        "plan": plan,
        "bounds": sources.bounds,
        "on": on,
        "timezone": sources.timezone,
        "service": service_config(sources),
    }
    page = _build_page("redraw", account, context, config, assets.redraw_scripts())
    _build_map(sources.bounds, basemap_layer, texts).add_to(page)
    return RenderedPage(page.render(), page.script_hashes, origins)


def _build_map(bounds: Bounds, basemap_layer: folium.TileLayer | None, texts: Texts) -> folium.Map:
    """Return the map, with the basemap below all other layers."""
    page_map = create_map(bounds)
    if basemap_layer is not None:
        basemap_layer.add_to(page_map)
    for layer in LAYERS:
        VectorTileLayer(layer, texts[f"layer.{layer}"]).add_to(page_map)
    MapStartup().add_to(page_map)
    return page_map


def _config(kind: str, account: EditorAccount, language: Language) -> dict[str, Any]:
    """Return the configuration that the front end reads from either page."""
    return {
        "kind": kind,
        "language": str(language),
        "levels": style.LEVELS,
        "style": style.frontend_style(),
        "texts": page_texts(language, PageName.REDRAW),
        "account": {"login": account.login, "role": account.role, "reach": account.reach},
        "urls": URLS,
    }


def _build_page(
    kind: str,
    account: EditorAccount,
    context: dict[str, Any],
    config: dict[str, Any],
    scripts: tuple[assets.Asset, ...],
) -> PageFigure:
    shared = {
        "lang": HTML_LANG[Language(config["language"])],
        "texts": config["texts"],
        "csrf_token": account.csrf_token,
        "login_page": f"/login?lang={config['language']}",
        "image_origins": (),
    }
    return PageFigure(
        shared | context,
        {"gridward-config": config},
        inline_assets=False,
        template=f"{kind}.html",
        scripts=scripts,
        styles=assets.redraw_styles(),
    )
