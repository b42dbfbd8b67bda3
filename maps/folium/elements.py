"""Folium elements: the page around a map, the map itself, vector tile layers."""

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

DEFAULT_TEMPLATE: Final = "map.html"
MAX_ZOOM: Final = 20


class BareMap(folium.Map):
    """A Folium map without Folium's default scripts and styles; the page loads its own."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # as folium.Map declares them
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


def create_map(bounds: tuple[float, float, float, float]) -> BareMap:
    """Return a map without layers, centred on the bounds (west, south, east, north)."""
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
    """A layer that the front end renders from vector tiles or from features in the page."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = Gridward.createLayer({{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, layer: str, name: str) -> None:
        super().__init__(name=name, overlay=True, control=True)
        self._name = "VectorTileLayer"
        self.options = {"layer": layer}


class MapStartup(MacroElement):
    """Passes the finished map to the front end; the last child of its map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            Gridward.open({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "MapStartup"


class PageFigure(Figure):
    """The HTML page around a map: template, data blocks, scripts and styles.

    `context` is passed to the template. `data_blocks` holds JSON values by the id of their
    `<script>` element. With `inline_assets` the page contains its scripts and styles, otherwise it
    links to them.
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
        self.scripts = assets.map_scripts() if scripts is None else scripts
        self.styles = assets.map_styles() if styles is None else styles
        self.context = context
        self.data_blocks = data_blocks
        self.inline_assets = inline_assets
        self.script_hashes: tuple[str, ...] = ()

    def render(self, **kwargs: Any) -> str:
        """Return the HTML and set `script_hashes`. The same input gives the same page."""
        assign_ids(self)
        for child in self._children.values():
            child.render(**kwargs)
        self.header._children.clear()  # drops Folium's own header elements
        script = self.script.render()
        scripts = [assets.inline_script(asset) for asset in self.scripts]
        inline_scripts = [script, *scripts] if self.inline_assets else [script]
        self.script_hashes = tuple(csp_hash(code) for code in inline_scripts)
        return (
            template_environment()
            .get_template(self.template)
            .render(
                self.context,
                header=self._header(scripts),
                html=Markup(self.html.render()),
                data=Markup(
                    "\n".join(_data_block(name, value) for name, value in self.data_blocks.items())
                ),
                script=Markup(script),
                policy=self.content_security_policy() if self.inline_assets else None,
                licenses=Markup(assets.license_texts()) if self.inline_assets else None,
            )
        )

    def _header(self, scripts: Sequence[str]) -> Markup:
        """Return the style and script elements, as links or with their content."""
        links = [
            _asset_element(CssLink(asset.url), assets.inline_style(asset), self.inline_assets)
            for asset in self.styles
        ]
        links += [
            _asset_element(JavascriptLink(asset.url), code, self.inline_assets)
            for asset, code in zip(self.scripts, scripts, strict=True)
        ]
        return Markup("\n".join(link.render(embedded=self.inline_assets) for link in links))

    def content_security_policy(self) -> str:
        """Return the content security policy of a page with inline assets."""
        scripts = " ".join(f"'{code}'" for code in self.script_hashes)
        images = " ".join(("data:", *self.context["image_origins"]))
        return (
            f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
            f"img-src {images}; base-uri 'none'; form-action 'none'"
        )


def assign_ids(root: Element) -> None:
    """Number the elements below a root, in place of Folium's random ids."""
    for position, element in enumerate(_iter_elements(root)):
        element._id = str(position)


def csp_hash(code: str) -> str:
    """Return the content security policy hash of a script: `sha256-…`."""
    return f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"


def stylesheet_links(styles: Sequence[assets.Asset]) -> Markup:
    """Return the `<link>` elements of style sheets."""
    link = Markup('<link rel="stylesheet" href="{}">')
    return Markup("\n").join(link.format(style.url) for style in styles)


def template_environment() -> jinja2.Environment:
    """Return the Jinja environment of the page templates, with autoescape.

    An undefined name, such as a missing text, raises UndefinedError.
    """
    return jinja2.Environment(
        loader=jinja2.PackageLoader("maps"), autoescape=True, undefined=jinja2.StrictUndefined
    )


def _iter_elements(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _iter_elements(child)


def _asset_element(link: CssLink | JavascriptLink, content: str, inline: bool) -> Element:
    if inline:
        link.code = content  # type: ignore[assignment]  # branca puts it into its template as it is
    return link


def _data_block(name: str, value: object) -> str:
    json_text = geometry_packing.dump_for_html(value)
    return f'<script type="application/json" id="{name}">{json_text}</script>'
