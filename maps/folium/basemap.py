"""The basemap setting: `none`, the name of an xyzservices provider, or the URL of XYZ tiles."""

import html
import re
from typing import Final
from urllib.parse import urlsplit

import folium
import xyzservices

from geo.errors import Invalid

NONE: Final = "none"


class BasemapUnknown(Invalid):
    """The basemap setting is neither `none`, nor a known provider, nor a URL of XYZ tiles."""

    code = "basemap_unknown"


def tile_layer(basemap: str, name: str) -> folium.TileLayer | None:
    """Return the tile layer of a basemap setting, called `name`; None for `none`.

    Raises BasemapUnknown with the reason when the setting cannot be used.
    """
    if basemap.strip().lower() in ("", NONE):
        return None
    if "://" in basemap or basemap.startswith("/"):
        return _from_xyz_url(basemap.strip(), name)
    return _from_provider(basemap.strip(), name)


def image_origins(layer: folium.TileLayer | None) -> tuple[str, ...]:
    """Return the hosts of a layer's tiles as sources of a content security policy."""
    if layer is None:
        return ()
    parts = urlsplit(layer.tiles.replace("{s}", "*"))
    return (f"{parts.scheme}://{parts.netloc}",) if parts.netloc else ()


def _from_xyz_url(url: str, name: str) -> folium.TileLayer:
    if not all(f"{{{part}}}" in url for part in "zxy") or re.search(r"[\s;'\"<>]", url):
        raise BasemapUnknown(
            f"The basemap URL {url!r} is not a template of XYZ tiles.",
            hint="It must contain {z}, {x} and {y}, as in https://tiles.example/{z}/{x}/{y}.png",
        )
    attribution = html.escape(urlsplit(url).hostname or name)
    return _layer(url, name, attribution)


def _from_provider(query: str, name: str) -> folium.TileLayer:
    try:
        provider = xyzservices.providers.query_name(query)
    except ValueError:
        raise BasemapUnknown(
            f"No basemap provider is called {query!r}.",
            hint="Set `none`, a provider of xyzservices (OpenStreetMap.Mapnik), or an XYZ URL.",
        ) from None
    if provider.requires_token():
        raise BasemapUnknown(
            f"The basemap provider {provider.name} needs an API key.",
            hint="Set its XYZ URL with your key in it instead.",
        )
    return _layer(provider, name, None)


def _layer(
    tiles: str | xyzservices.TileProvider, name: str, attribution: str | None
) -> folium.TileLayer:
    return folium.TileLayer(tiles, name=name, attr=attribution, overlay=True, max_zoom=20)
