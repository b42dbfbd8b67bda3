"""The assets of the pages are installed, have versioned URLs and can be inlined."""

import json
import re
from pathlib import Path

import pytest

from maps.folium import assets

ROOT = Path(assets.__file__).parents[2]


def test_every_asset_is_installed():
    for url, asset in assets.assets_by_url().items():
        assert re.fullmatch(r"/assets/[\w.-]+@[\w.]+/[\w/.-]+", url)
        assert asset.read_bytes()


def test_a_page_loads_one_script_per_package():
    for scripts in (assets.map_scripts(), assets.redraw_scripts(), assets.plan_list_scripts()):
        assert len({asset.package for asset in scripts}) == len(scripts)


def test_asset_urls_contain_the_version_of_the_lock_file():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    for name in ("leaflet", "swagger-ui-dist"):
        version = lock["packages"][f"node_modules/{name}"]["version"]
        assert any(url.startswith(f"/assets/{name}@{version}/") for url in assets.assets_by_url())


def test_the_url_of_the_own_scripts_changes_with_their_content(tmp_path, monkeypatch):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "map-page.js").write_text("1")
    monkeypatch.setattr(assets, "frontend_folder", lambda: tmp_path)
    first = assets._version.__wrapped__("gridward")
    (tmp_path / "build" / "map-page.js").write_text("2")
    assert assets._version.__wrapped__("gridward") != first


def test_the_api_documentation_is_a_script_a_style_sheet_and_an_icon():
    suffixes = [Path(asset.path).suffix for asset in assets.api_docs_assets()]
    assert suffixes == [".js", ".css", ".png"]


def test_the_lock_file_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]


def test_no_package_runs_an_install_script():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    scripted = {name for name, entry in lock["packages"].items() if "hasInstallScript" in entry}
    assert scripted <= {"node_modules/esbuild"}  # whose script only makes it start faster
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text("utf-8").splitlines()
    assert "npm ci --ignore-scripts" in (ROOT / "Makefile").read_text("utf-8")


def test_every_own_script_and_style_sheet_is_loaded_by_a_page():
    loaded = {asset.file for asset in assets.assets_by_url().values()}
    styles = set((assets.frontend_folder() / "styles").iterdir())
    scripts = set((assets.frontend_folder() / "build").glob("*.js"))
    assert styles | scripts <= loaded
    assert len(scripts) == 3


def test_the_images_of_a_style_sheet_are_served():
    urls = assets.assets_by_url()
    for asset in assets.map_styles():
        for image in re.findall(r"url\(([^)#]+)\)", asset.read_text()):
            assert f"{asset.url.rsplit('/', 1)[0]}/{image}" in urls


def test_an_inline_style_sheet_contains_its_images():
    for asset in assets.map_styles():
        addresses = re.findall(r"url\(([^)]+)\)", assets.inline_style(asset))
        assert all(address.startswith(("data:", "#")) for address in addresses)


def test_an_inline_script_cannot_end_its_element(tmp_path):
    file = tmp_path / "a.js"
    file.write_text('x = "</script><!--";\n//# sourceMappingURL=a.js.map', "utf-8")
    text = assets.inline_script(assets.Asset("a", "1", "a.js", file))
    assert "</script" not in text
    assert "<!--" not in text
    assert "sourceMappingURL" not in text
    for asset in assets.map_scripts():
        assert "</script" not in assets.inline_script(asset)


def test_missing_packages_are_reported_with_the_command_to_run(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "node_modules", lambda: tmp_path / "node_modules")
    assets.map_scripts.cache_clear()
    with pytest.raises(assets.AssetsMissing, match="make setup"):
        assets.map_scripts()


def test_the_licence_texts_cover_every_inlined_package():
    for name in ("leaflet", "protomaps-leaflet", "pbf", "rbush", "@mapbox/vector-tile"):
        assert f"{name}\n\n" in assets.license_texts()
    assert "pmtiles\n\nBSD-3-Clause" in assets.license_texts()
    assert "Volodymyr Agafonkin" in assets.license_texts()
    assert "--" not in assets.license_texts()
