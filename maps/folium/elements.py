"""Folium elements of ours: the sheet around the map, the map itself, layers of vector tiles."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import folium
import jinja2
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium.map import Layer
from folium.template import Template
from markupsafe import Markup

from maps.folium import assets, geometry_packing

DEFAULT_TEMPLATE: Final = "page.html"
MAX_ZOOM: Final = 20


class BareMap(folium.Map):
    """A Folium map that loads nothing by itself; size, viewport and scripts are the sheet's."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # as folium.Map declares them
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


def create_map(bounds: tuple[float, float, float, float]) -> BareMap:
    """Return an empty map around west, south, east, north."""
    west, south, east, north = bounds
    return BareMap(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_start=11,
        max_zoom=MAX_ZOOM,
        zoom_control=False,
        zoom_snap=0.5,
        fade_animation=False,
    )


class VectorTileLayer(Layer):
    """A layer drawn by our own script from vector tiles, or from the features inside the page."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = Gridward.tiles({{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, layer: str, name: str, *, show: bool = True) -> None:
        super().__init__(name=name, overlay=True, control=True, show=show)
        self._name = "VectorTiles"
        self.options = {"layer": layer}


class MapStartup(MacroElement):
    """Hands the finished map to our script; the last child of its map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            Gridward.open({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Opening"


class PageFigure(Figure):
    """The HTML page around a map: title bar, panel, data blocks, and scripts by address or inside.

    `said` holds what the template needs; `blocks` is JSON by the id of its data block.
    """

    def __init__(
        self,
        context: dict[str, Any],
        data_blocks: dict[str, Any],
        *,
        inline_assets: bool,
        template: str = DEFAULT_TEMPLATE,
        scripts: Sequence[assets.Asset] | None = None,
        styles: Sequence[assets.Asset] | None = None,
    ) -> None:
        super().__init__()
        self.header._children.clear()
        self.template = template
        self.scripts = assets.scripts() if scripts is None else scripts
        self.styles = assets.styles() if styles is None else styles
        self.context = context
        self.data_blocks = data_blocks
        self.embedded = inline_assets
        self.script_hashes: tuple[str, ...] = ()

    def render(self, **kwargs: Any) -> str:
        """Return the page, the same one for the same input; afterwards `script_hashes` is known."""
        assign_ids(self)
        for child in self._children.values():
            child.render(**kwargs)
        self.header._children.clear()  # of Folium's own header nothing is needed
        script = self.script.render()
        codes = [script]
        links: list[Element] = []
        for asset in self.styles:
            links.append(_link(CssLink(asset.url), assets.style_text(asset), self.embedded))
        for asset in self.scripts:
            code = assets.script_text(asset)
            links.append(_link(JavascriptLink(asset.url), code, self.embedded))
            codes.append(code)
        inline = codes if self.embedded else codes[:1]
        self.script_hashes = tuple(csp_hash(code) for code in inline)
        return (
            template_environment()
            .get_template(self.template)
            .render(
                self.context,
                header=Markup("\n".join(link.render(embedded=self.embedded) for link in links)),
                html=Markup(self.html.render()),
                data=Markup(
                    "\n".join(_block(name, value) for name, value in self.data_blocks.items())
                ),
                script=Markup(script),
                policy=self.content_security_policy() if self.embedded else None,
                notices=Markup(assets.notices()) if self.embedded else None,
            )
        )

    def content_security_policy(self) -> str:
        """Return the content-security policy of a page that holds everything itself."""
        scripts = " ".join(f"'{code}'" for code in self.script_hashes)
        images = " ".join(("data:", *self.context["image_origins"]))
        return (
            f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
            f"img-src {images}; base-uri 'none'; form-action 'none'"
        )


def assign_ids(root: Element) -> None:
    """Give every element below a root an id by its place, where Folium gives a random one."""
    for position, element in enumerate(_walk(root)):
        element._id = str(position)


def csp_hash(code: str) -> str:
    """Return what a content-security policy calls a script by: `sha256-…`."""
    return f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _walk(child)


def _link(link: CssLink | JavascriptLink, text: str, embedded: bool) -> Element:
    if embedded:
        link.code = text  # type: ignore[assignment]  # branca fills its template with it as it is
    return link


def _block(name: str, value: object) -> str:
    return f'<script type="application/json" id="{name}">{geometry_packing.dump(value)}</script>'


def template_environment() -> jinja2.Environment:
    """Return where the pages' templates are; they escape what they are given."""
    return jinja2.Environment(loader=jinja2.PackageLoader("maps"), autoescape=True)
