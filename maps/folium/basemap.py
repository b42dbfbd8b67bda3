"""The basemap setting: `none`, the name of a provider, or the URL of XYZ tiles, and their datum."""

import html
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import folium
import xyzservices
from folium.template import Template

from geo.errors import Invalid
from geo.geometry.datums import Datum

NONE: Final = "none"
AUTO: Final = "auto"
"""The datum is that of the provider; WGS 84 for an unknown host."""

DATUMS: Final = {
    "wgs84": Datum.WGS84,
    "cgcs2000": Datum.WGS84,  # less than a metre apart
    "gcj02": Datum.GCJ02,
}
"""The datums of tiles that can be shown, by the value of the setting."""

GCJ02_HOSTS: Final = ("autonavi.com", "amap.com", "gtimg.com", "qq.com", "geoq.cn", "google.cn")
"""Hosts whose tiles are in GCJ-02: Gaode (Amap), Tencent, GeoQ, Google in China."""

BAIDU_HOSTS: Final = ("baidu.com", "bdimg.com", "bdstatic.com")

TENCENT: Final = xyzservices.TileProvider(
    name="Tencent.Normal",
    url="https://rt{s}.map.gtimg.com/tile?z={z}&x={x}&y={-y}&styleid=1",
    html_attribution='&copy; <a href="https://map.qq.com/">Tencent</a>',
    attribution="(C) Tencent",
    subdomains="0123",
    max_zoom=18,
)
"""Tencent counts its rows from the south; xyzservices does not list it."""

MAX_ZOOM: Final = 20


@dataclass(frozen=True)
class Basemap:
    """The settings of the basemap."""

    source: str = NONE
    """`none`, the name of a provider, or the URL of XYZ tiles."""
    datum: str = AUTO
    """The datum of the tiles: `wgs84`, `cgcs2000`, `gcj02`, or `auto` for that of the provider."""


NO_BASEMAP: Final = Basemap()


class BasemapUnknown(Invalid):
    """The basemap setting is neither `none`, nor a known provider, nor a URL of XYZ tiles."""

    code = "basemap_unknown"


class BasemapLayer(folium.TileLayer):
    """XYZ tiles that the front end watches, and shifts from their datum to WGS 84."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = Gridward.createBasemap(
                {{ this.tiles|tojson }}, {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )


def tile_layer(basemap: Basemap, name: str) -> BasemapLayer | None:
    """Return the tile layer of a basemap, called `name`; None without one.

    Raises BasemapUnknown with the reason when the settings cannot be used.
    """
    source = basemap.source.strip()
    if source.lower() in ("", NONE):
        return None
    _refuse_baidu(source, basemap.datum)
    if "://" in source or source.startswith("/"):
        return _from_xyz_url(source, name, basemap.datum)
    return _from_provider(source, name, basemap.datum)


def image_origins(layer: folium.TileLayer | None) -> tuple[str, ...]:
    """Return the hosts of a layer's tiles as sources of a content security policy."""
    if layer is None:
        return ()
    parts = urlsplit(layer.tiles.replace("{s}", "*"))
    return (f"{parts.scheme}://{parts.netloc}",) if parts.netloc else ()


def _refuse_baidu(source: str, datum: str) -> None:
    """Refuse tiles of Baidu, which have a projection and a tile grid of their own."""
    is_baidu = source.lower().startswith("baidu") or _is_host(source, BAIDU_HOSTS)
    if is_baidu or datum.strip().lower() == Datum.BD09:
        raise BasemapUnknown(
            "Basemaps of Baidu (BD-09) have a projection and tile grid of their own, "
            "which do not fit the map.",
            hint="Use Gaode.Normal or Tencent.Normal, or the URL of XYZ tiles in WGS 84 or GCJ-02.",
        )


def _from_xyz_url(url: str, name: str, datum: str) -> BasemapLayer:
    has_row = "{y}" in url or "{-y}" in url
    if "{z}" not in url or "{x}" not in url or not has_row or re.search(r"[\s;'\"<>]", url):
        raise BasemapUnknown(
            f"The basemap URL {url!r} is not a template of XYZ tiles.",
            hint="It must contain {z}, {x} and {y} (or {-y}, if rows count from the south), "
            "as in https://tiles.example/{z}/{x}/{y}.png",
        )
    attribution = html.escape(urlsplit(url).hostname or name)
    return _layer(url, name, datum, attr=attribution)


def _from_provider(query: str, name: str, datum: str) -> BasemapLayer:
    if query.lower() == TENCENT.name.lower():
        return _layer(
            TENCENT.url,
            name,
            datum,
            attr=TENCENT.html_attribution,
            subdomains=TENCENT.subdomains,
            max_native_zoom=TENCENT.max_zoom,
        )
    try:
        provider = xyzservices.providers.query_name(query)
    except ValueError:
        raise BasemapUnknown(
            f"No basemap provider is called {query!r}.",
            hint="Set `none`, a provider of xyzservices (OpenStreetMap.Mapnik), Tencent.Normal, "
            "or an XYZ URL.",
        ) from None
    if provider.requires_token():
        raise BasemapUnknown(
            f"The basemap provider {provider.name} needs an API key.",
            hint="Set its XYZ URL with your key in it instead.",
        )
    return _layer(provider, name, datum, max_native_zoom=provider.get("max_zoom"))


def _layer(
    tiles: str | xyzservices.TileProvider, name: str, datum: str, **options: Any
) -> BasemapLayer:
    url = tiles if isinstance(tiles, str) else tiles.url
    return BasemapLayer(
        tiles,
        name=name,
        overlay=True,
        max_zoom=MAX_ZOOM,
        datum=str(_read_datum(datum, url)),
        class_name="basemap",
        **options,
    )


def _read_datum(setting: str, url: str) -> Datum:
    """Return the datum of tiles; `auto` is known by the host."""
    value = setting.strip().lower()
    if value in ("", AUTO):
        return Datum.GCJ02 if _is_host(url, GCJ02_HOSTS) else Datum.WGS84
    if value not in DATUMS:
        raise BasemapUnknown(
            f"The basemap datum {setting!r} is unknown.",
            hint=f"Set {AUTO}, {', '.join(DATUMS)}.",
        )
    return DATUMS[value]


def _is_host(url: str, hosts: tuple[str, ...]) -> bool:
    host = urlsplit(url.replace("{s}", "s")).hostname or ""
    return any(host == one or host.endswith(f".{one}") for one in hosts)
