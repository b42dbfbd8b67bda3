"""Scripts and styles of the pages: ours, and those that npm installed by `package-lock.json`."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from geo.errors import Unavailable

PREFIX: Final = "/assets"

SCRIPTS: Final = {
    "leaflet": ("dist/leaflet.js",),
    "protomaps-leaflet": ("dist/protomaps-leaflet.js",),
    "gridward": (
        "words.js",
        "nodes.js",
        "pack.js",
        "register.js",
        "heat.js",
        "sources.js",
        "symbols.js",
        "labels.js",
        "paint.js",
        "tiles.js",
        "view.js",
        "history.js",
        "facts.js",
        "pointer.js",
        "filters.js",
        "shades.js",
        "rows.js",
        "table.js",
        "counts.js",
        "days.js",
        "compare.js",
        "tools.js",
        "link.js",
        "search.js",
        "legend.js",
        "page.js",
    ),
}
TABLE_SCRIPTS: Final = {
    "leaflet": ("dist/leaflet.js",),
    "protomaps-leaflet": ("dist/protomaps-leaflet.js",),
    "gridward": (
        "words.js",
        "nodes.js",
        "pack.js",
        "register.js",
        "sources.js",
        "symbols.js",
        "labels.js",
        "paint.js",
        "tiles.js",
        "search.js",
        "ask.js",
        "dialog.js",
        "shapes.js",
        "plan.js",
        "desk.js",
        "ground.js",
        "brush.js",
        "line.js",
        "cross.js",
        "toolbar.js",
        "panel.js",
        "findings.js",
        "impact.js",
        "remarks.js",
        "publish.js",
        "redraw.js",
    ),
}
LIST_SCRIPTS: Final = {"gridward": ("words.js", "nodes.js", "ask.js", "plans.js")}
TABLE_STYLES: Final = {
    "leaflet": ("dist/leaflet.css",),
    "gridward": ("gridward.css", "redraw.css"),
}
STYLES: Final = {"leaflet": ("dist/leaflet.css",), "gridward": ("gridward.css",)}
SIGN_IN_STYLES: Final = {"gridward": ("gridward.css", "sign_in.css")}
NOTICE_STYLES: Final = {"gridward": ("gridward.css", "notice.css")}
DOCUMENTATION: Final = {
    "swagger-ui-dist": ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")
}
IMAGES: Final = {
    "leaflet": tuple(
        f"dist/images/{name}.png"
        for name in ("layers", "layers-2x", "marker-icon", "marker-icon-2x", "marker-shadow")
    )
}


class AssetsMissing(Unavailable):
    """The scripts that pages load are not installed."""

    code = "assets_missing"


@dataclass(frozen=True)
class Asset:
    """Files of one package at one version, served as one under a path."""

    package: str
    version: str
    path: str
    files: tuple[Path, ...]

    @property
    def url(self) -> str:
        """`/assets/<package>@<version>/<path>`: it changes whenever the content does."""
        return f"{PREFIX}/{self.package}@{self.version}/{self.path}"

    def body(self) -> bytes:
        """Return the files, one after the other."""
        return b"\n".join(file.read_bytes() for file in self.files)

    def text(self) -> str:
        """Return the same of a script or a style sheet."""
        return self.body().decode()


def root() -> Path:
    """Return the folder that npm installs into."""
    return Path(__file__).parents[2] / "node_modules"


def own() -> Path:
    """Return the folder of the scripts and styles written here."""
    return Path(__file__).parents[1] / "frontend"


@cache
def scripts() -> tuple[Asset, ...]:
    """Return the scripts of a page in the order in which they load."""
    return _bundled(SCRIPTS, "map-page.js")


@cache
def styles() -> tuple[Asset, ...]:
    """Return the style sheets of a page in the order in which they load."""
    return _assets(STYLES)


@cache
def table_scripts() -> tuple[Asset, ...]:
    """Return the scripts of the redraw table in the order in which they load."""
    return _bundled(TABLE_SCRIPTS, "redraw-page.js")


@cache
def list_scripts() -> tuple[Asset, ...]:
    """Return the scripts of the list of plans in the order in which they load."""
    return _bundled(LIST_SCRIPTS, "plans-page.js")


@cache
def table_styles() -> tuple[Asset, ...]:
    """Return the style sheets of the redraw table and of the list of plans."""
    return _assets(TABLE_STYLES)


@cache
def sign_in_styles() -> tuple[Asset, ...]:
    """Return the style sheets of the page to sign in on."""
    return _assets(SIGN_IN_STYLES)


@cache
def notice_styles() -> tuple[Asset, ...]:
    """Return the style sheets of the change notice."""
    return _assets(NOTICE_STYLES)


@cache
def documentation() -> tuple[Asset, ...]:
    """Return the script, the style and the icon of the page that documents the routes."""
    return _assets(DOCUMENTATION)


def served() -> dict[str, Asset]:
    """Return everything that pages may ask for under `/assets`, by its URL path.

    Raises AssetsMissing when npm has not installed the packages. The URLs carry the version,
    so the answers may be cached for ever.
    """
    pages = (*scripts(), *styles(), *table_scripts(), *list_scripts(), *table_styles())
    pages += (*sign_in_styles(), *notice_styles())
    return {asset.url: asset for asset in (*pages, *_assets(IMAGES), *documentation())}


def script_text(asset: Asset) -> str:
    """Return a script in the form in which it can stand between `<script>` tags."""
    code = re.sub(r"\n?//# sourceMappingURL=\S+\s*", "\n", asset.text())
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def style_text(asset: Asset) -> str:
    """Return a style sheet with the images it names inside it."""

    def embed(match: re.Match[str]) -> str:
        image = asset.files[0].parent / match[1]
        return f"url(data:image/png;base64,{base64.b64encode(image.read_bytes()).decode()})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", embed, asset.text())


@cache
def notices() -> str:
    """Return the licences of the packages, which a page that carries their code must carry too.

    The text can stand in an HTML comment. A package without a licence text is named with the
    licence that it declares.
    """
    unused = {"@types", *DOCUMENTATION}
    folders = sorted(file.parent for file in root().glob("**/package.json") if _is_package(file))
    texts = (_notice(folder) for folder in folders if not unused & {*folder.parts})
    return "\n\n".join(texts).replace("--", "- -")


def _is_package(file: Path) -> bool:
    """Tell whether a package.json stands at the top of a package, not somewhere inside."""
    folder = file.parent.parent
    return folder.name == "node_modules" or folder.name.startswith("@")


def _notice(folder: Path) -> str:
    declared = json.loads((folder / "package.json").read_text("utf-8"))
    texts = [file.read_text("utf-8") for file in sorted(folder.glob("LICENSE*"))]
    return "\n\n".join((declared["name"], *(texts or [declared.get("license", "")])))


def _assets(listing: Mapping[str, tuple[str, ...]]) -> tuple[Asset, ...]:
    return tuple(_asset(package, path) for package, paths in listing.items() for path in paths)


def _bundled(listing: Mapping[str, tuple[str, ...]], ours: str) -> tuple[Asset, ...]:
    """Return one asset a package: a browser asks for a few scripts sooner than for thirty."""
    each = {package: _assets({package: paths}) for package, paths in listing.items()}
    return tuple(
        Asset(
            package,
            parts[0].version,
            ours if package == "gridward" else parts[0].path,
            tuple(file for part in parts for file in part.files),
        )
        for package, parts in each.items()
    )


def _asset(package: str, path: str) -> Asset:
    folder = own() if package == "gridward" else root() / package
    file = folder / path
    if not file.is_file():
        raise AssetsMissing(
            f"The map pages need {package}/{path}, which is not installed.",
            hint=f"Run `npm ci` (or `make setup`) in {root().parent}.",
        )
    return Asset(package, _version(package), path.removeprefix("dist/"), (file,))


@cache
def _version(package: str) -> str:
    if package != "gridward":
        return str(json.loads((root() / package / "package.json").read_text("utf-8"))["version"])
    digest = hashlib.sha256()
    for file in sorted(own().iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
