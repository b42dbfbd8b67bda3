"""The basemap setting: none, a provider that xyzservices knows, or the address of XYZ tiles."""

import html
import re
from typing import Final
from urllib.parse import urlsplit

import folium
import xyzservices

from geo.errors import Invalid

NONE: Final = "none"


class BasemapUnknown(Invalid):
    """The basemap setting is neither none, nor a known provider, nor an address of tiles."""

    code = "basemap_unknown"


def tile_layer(basemap: str, name: str) -> folium.TileLayer | None:
    """Return the layer of a basemap setting under a name, or None for `none`.

    Raises BasemapUnknown when the setting cannot be used, saying why.
    """
    if basemap.strip().lower() in ("", NONE):
        return None
    if "://" in basemap or basemap.startswith("/"):
        return _from_address(basemap.strip(), name)
    return _from_provider(basemap.strip(), name)


def image_origins(layer: folium.TileLayer | None) -> tuple[str, ...]:
    """Return the hosts that a layer's images come from, as a content-security policy names them."""
    if layer is None:
        return ()
    address = re.sub(r"\{s\}", "*", layer.tiles)
    parts = urlsplit(address)
    return (f"{parts.scheme}://{parts.netloc}",) if parts.netloc else ()


def _from_address(address: str, name: str) -> folium.TileLayer:
    if not all(f"{{{part}}}" in address for part in "zxy") or re.search(r"[\s;'\"<>]", address):
        raise BasemapUnknown(
            f"The basemap address {address!r} is not one of XYZ tiles.",
            hint="It must hold {z}, {x} and {y}, as in https://tiles.example/{z}/{x}/{y}.png",
        )
    credit = html.escape(urlsplit(address).hostname or name)
    return _layer(address, name, credit)


def _from_provider(provider: str, name: str) -> folium.TileLayer:
    try:
        found = xyzservices.providers.query_name(provider)
    except ValueError:
        raise BasemapUnknown(
            f"No basemap provider is called {provider!r}.",
            hint="Set `none`, a name from xyzservices (OpenStreetMap.Mapnik), or an XYZ address.",
        ) from None
    if found.requires_token():
        raise BasemapUnknown(
            f"The basemap provider {found.name} needs a key.",
            hint="Set its XYZ address with your key in it instead.",
        )
    return _layer(found, name, None)


def _layer(
    tiles: str | xyzservices.TileProvider, name: str, credit: str | None
) -> folium.TileLayer:
    return folium.TileLayer(tiles, name=name, attr=credit, overlay=True, max_zoom=20)
