"""Scripts and styles of the pages: from maps/frontend, and from npm packages.

`npm run build` bundles the TypeScript modules of maps/frontend into one script a page.
"""

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

MAP_SCRIPTS: Final = {"leaflet": ("dist/leaflet.js",), "gridward": ("build/map-page.js",)}
REDRAW_SCRIPTS: Final = {"leaflet": ("dist/leaflet.js",), "gridward": ("build/redraw-page.js",)}
PLAN_LIST_SCRIPTS: Final = {"gridward": ("build/plans-page.js",)}
REDRAW_STYLES: Final = {
    "leaflet": ("dist/leaflet.css",),
    "gridward": ("styles/gridward.css", "styles/redraw.css"),
}
MAP_STYLES: Final = {"leaflet": ("dist/leaflet.css",), "gridward": ("styles/gridward.css",)}
LOGIN_STYLES: Final = {"gridward": ("styles/gridward.css", "styles/login.css")}
NOTICE_STYLES: Final = {"gridward": ("styles/gridward.css", "styles/notice.css")}
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
    """The npm packages or the bundled scripts that pages load are not there."""

    code = "assets_missing"


@dataclass(frozen=True)
class Asset:
    """A file of a package at one version."""

    package: str
    version: str
    path: str
    file: Path

    @property
    def url(self) -> str:
        """`/assets/<package>@<version>/<path>`: a changed file gets another URL."""
        return f"{PREFIX}/{self.package}@{self.version}/{self.path}"

    def read_bytes(self) -> bytes:
        """Return the content."""
        return self.file.read_bytes()

    def read_text(self) -> str:
        """Return the content of a script or style sheet as text."""
        return self.read_bytes().decode()


def node_modules() -> Path:
    """Return the folder into which npm installs packages."""
    return Path(__file__).parents[2] / "node_modules"


def frontend_folder() -> Path:
    """Return the folder of Gridward's TypeScript modules, bundled scripts and styles."""
    return Path(__file__).parents[1] / "frontend"


@cache
def map_scripts() -> tuple[Asset, ...]:
    """Return the scripts of the map pages in load order."""
    return _assets(MAP_SCRIPTS)


@cache
def map_styles() -> tuple[Asset, ...]:
    """Return the style sheets of the map pages in load order."""
    return _assets(MAP_STYLES)


@cache
def redraw_scripts() -> tuple[Asset, ...]:
    """Return the scripts of the redraw page in load order."""
    return _assets(REDRAW_SCRIPTS)


@cache
def plan_list_scripts() -> tuple[Asset, ...]:
    """Return the scripts of the plan list in load order."""
    return _assets(PLAN_LIST_SCRIPTS)


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
        image = asset.file.parent / match[1]
        return f"url(data:image/png;base64,{base64.b64encode(image.read_bytes()).decode()})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", embed, asset.read_text())


@cache
def license_texts() -> str:
    """Return the licences of the npm packages in the pages, for a page that contains their code.

    The text is safe inside an HTML comment. For a package without a licence file it has the name of
    the licence that the package declares.
    """
    unused = {"@types", *API_DOCS}
    lock = json.loads((node_modules().parent / "package-lock.json").read_text("utf-8"))
    paths = [path for path, entry in lock["packages"].items() if path and not entry.get("dev")]
    folders = [node_modules().parent / path for path in sorted(paths)]
    texts = (_license_text(folder) for folder in folders if not unused & {*folder.parts})
    return "\n\n".join(texts).replace("--", "- -")


def _license_text(folder: Path) -> str:
    declared = json.loads((folder / "package.json").read_text("utf-8"))
    texts = [file.read_text("utf-8") for file in sorted(folder.glob("LICENSE*"))]
    return "\n\n".join((declared["name"], *(texts or [declared.get("license", "")])))


def _assets(listing: Mapping[str, tuple[str, ...]]) -> tuple[Asset, ...]:
    return tuple(_find_asset(package, path) for package, paths in listing.items() for path in paths)


def _find_asset(package: str, path: str) -> Asset:
    folder = frontend_folder() if package == "gridward" else node_modules() / package
    file = folder / path
    if not file.is_file():
        raise AssetsMissing(
            f"The pages need {package}/{path}, which is not there.",
            hint=f"Run `make setup` (or `npm ci && npm run build`) in {node_modules().parent}.",
        )
    short = re.sub("^(dist|build|styles)/", "", path)
    return Asset(package, _version(package), short, file)


@cache
def _version(package: str) -> str:
    if package != "gridward":
        return str(
            json.loads((node_modules() / package / "package.json").read_text("utf-8"))["version"]
        )
    digest = hashlib.sha256()
    for folder in ("build", "styles"):
        for file in sorted((frontend_folder() / folder).glob("*.*")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
