"""Scripts and styles of the pages: from maps/frontend, and from npm packages."""

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
"""The route of all assets."""

MAP_SCRIPTS: Final = {
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
        "gcj02.js",
        "basemap.js",
        "view.js",
        "history.js",
        "facts.js",
        "pointer.js",
        "filters.js",
        "scope.js",
        "figures.js",
        "rows.js",
        "building_list.js",
        "table.js",
        "counts.js",
        "days.js",
        "compare.js",
        "tools.js",
        "link_values.js",
        "link.js",
        "coordinates.js",
        "search.js",
        "legend.js",
        "page.js",
    ),
}
REDRAW_SCRIPTS: Final = {
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
        "gcj02.js",
        "basemap.js",
        "coordinates.js",
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
PLAN_LIST_SCRIPTS: Final = {"gridward": ("words.js", "nodes.js", "ask.js", "plans.js")}
REDRAW_STYLES: Final = {
    "leaflet": ("dist/leaflet.css",),
    "gridward": ("gridward.css", "redraw.css"),
}
MAP_STYLES: Final = {"leaflet": ("dist/leaflet.css",), "gridward": ("gridward.css",)}
LOGIN_STYLES: Final = {"gridward": ("gridward.css", "login.css")}
NOTICE_STYLES: Final = {"gridward": ("gridward.css", "notice.css")}
API_DOCS: Final = {
    "swagger-ui-dist": ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")
}
IMAGES: Final = {
    "leaflet": tuple(
        f"dist/images/{name}.png"
        for name in ("layers", "layers-2x", "marker-icon", "marker-icon-2x", "marker-shadow")
    )
}


class AssetsMissing(Unavailable):
    """The npm packages that pages load are not installed."""

    code = "assets_missing"


@dataclass(frozen=True)
class Asset:
    """One or more files of a package at one version, served concatenated under one URL."""

    package: str
    version: str
    path: str
    files: tuple[Path, ...]

    @property
    def url(self) -> str:
        """`/assets/<package>@<version>/<path>`: a changed file gets another URL."""
        return f"{PREFIX}/{self.package}@{self.version}/{self.path}"

    def read_bytes(self) -> bytes:
        """Return the concatenated content."""
        return b"\n".join(file.read_bytes() for file in self.files)

    def read_text(self) -> str:
        """Return the concatenated content of scripts or style sheets as text."""
        return self.read_bytes().decode()


def node_modules() -> Path:
    """Return the folder into which npm installs packages."""
    return Path(__file__).parents[2] / "node_modules"


def frontend_folder() -> Path:
    """Return the folder of Gridward's own scripts and styles."""
    return Path(__file__).parents[1] / "frontend"


@cache
def map_scripts() -> tuple[Asset, ...]:
    """Return the scripts of the map pages in load order."""
    return _bundle(MAP_SCRIPTS, "map-page.js")


@cache
def map_styles() -> tuple[Asset, ...]:
    """Return the style sheets of the map pages in load order."""
    return _assets(MAP_STYLES)


@cache
def redraw_scripts() -> tuple[Asset, ...]:
    """Return the scripts of the redraw page in load order."""
    return _bundle(REDRAW_SCRIPTS, "redraw-page.js")


@cache
def plan_list_scripts() -> tuple[Asset, ...]:
    """Return the scripts of the plan list in load order."""
    return _bundle(PLAN_LIST_SCRIPTS, "plans-page.js")


@cache
def redraw_styles() -> tuple[Asset, ...]:
    """Return the style sheets of the redraw page and the plan list."""
    return _assets(REDRAW_STYLES)


@cache
def login_styles() -> tuple[Asset, ...]:
    """Return the style sheets of the login page."""
    return _assets(LOGIN_STYLES)


@cache
def notice_styles() -> tuple[Asset, ...]:
    """Return the style sheets of the change notice."""
    return _assets(NOTICE_STYLES)


@cache
def api_docs_assets() -> tuple[Asset, ...]:
    """Return the script, style sheet and icon of Swagger UI, the API documentation page."""
    return _assets(API_DOCS)


def assets_by_url() -> dict[str, Asset]:
    """Return every asset by its URL path.

    The URLs contain the version, so responses can be cached without expiry. Raises AssetsMissing
    when the npm packages are not installed.
    """
    scripts = (*map_scripts(), *redraw_scripts(), *plan_list_scripts())
    styles = (*map_styles(), *redraw_styles(), *login_styles(), *notice_styles())
    others = (*_assets(IMAGES), *api_docs_assets())
    return {asset.url: asset for asset in (*scripts, *styles, *others)}


def inline_script(asset: Asset) -> str:
    """Return a script that is safe between `<script>` tags."""
    code = re.sub(r"\n?//# sourceMappingURL=\S+\s*", "\n", asset.read_text())
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def inline_style(asset: Asset) -> str:
    """Return a style sheet with its images as data URLs."""

    def embed(match: re.Match[str]) -> str:
        image = asset.files[0].parent / match[1]
        return f"url(data:image/png;base64,{base64.b64encode(image.read_bytes()).decode()})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", embed, asset.read_text())


@cache
def license_texts() -> str:
    """Return the licences of the npm packages, for a page that contains their code.

    The text is safe inside an HTML comment. For a package without a licence file it has the name of
    the licence that the package declares.
    """
    unused = {"@types", *API_DOCS}
    folders = sorted(
        file.parent for file in node_modules().glob("**/package.json") if _is_package_root(file)
    )
    texts = (_license_text(folder) for folder in folders if not unused & {*folder.parts})
    return "\n\n".join(texts).replace("--", "- -")


def _is_package_root(file: Path) -> bool:
    """Whether a package.json is at the root of a package, not in a subfolder."""
    folder = file.parent.parent
    return folder.name == "node_modules" or folder.name.startswith("@")


def _license_text(folder: Path) -> str:
    declared = json.loads((folder / "package.json").read_text("utf-8"))
    texts = [file.read_text("utf-8") for file in sorted(folder.glob("LICENSE*"))]
    return "\n\n".join((declared["name"], *(texts or [declared.get("license", "")])))


def _assets(listing: Mapping[str, tuple[str, ...]]) -> tuple[Asset, ...]:
    return tuple(_find_asset(package, path) for package, paths in listing.items() for path in paths)


def _bundle(listing: Mapping[str, tuple[str, ...]], own_path: str) -> tuple[Asset, ...]:
    """Return one asset per package, so that a page needs few requests."""
    assets = {package: _assets({package: paths}) for package, paths in listing.items()}
    return tuple(
        Asset(
            package,
            parts[0].version,
            own_path if package == "gridward" else parts[0].path,
            tuple(file for part in parts for file in part.files),
        )
        for package, parts in assets.items()
    )


def _find_asset(package: str, path: str) -> Asset:
    folder = frontend_folder() if package == "gridward" else node_modules() / package
    file = folder / path
    if not file.is_file():
        raise AssetsMissing(
            f"The pages need {package}/{path}, which is not installed.",
            hint=f"Run `npm ci` (or `make setup`) in {node_modules().parent}.",
        )
    return Asset(package, _version(package), path.removeprefix("dist/"), (file,))


@cache
def _version(package: str) -> str:
    if package != "gridward":
        return str(
            json.loads((node_modules() / package / "package.json").read_text("utf-8"))["version"]
        )
    digest = hashlib.sha256()
    for file in sorted(frontend_folder().iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
