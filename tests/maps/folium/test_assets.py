"""What pages load is there, is ours to serve, and can stand inside a page."""

import json
import re
from pathlib import Path

import pytest

from maps.folium import assets

ROOT = Path(assets.__file__).parents[2]


def test_every_file_that_pages_ask_for_is_installed():
    for url, asset in assets.served().items():
        assert re.fullmatch(r"/assets/[\w.-]+@[\w.]+/[\w/.-]+", url)
        assert asset.body()


def test_a_page_asks_for_one_script_of_a_package():
    for scripts in (assets.scripts(), assets.table_scripts(), assets.list_scripts()):
        assert len({asset.package for asset in scripts}) == len(scripts)


def test_the_url_of_a_package_carries_the_version_that_the_lock_pins():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    for name in ("leaflet", "protomaps-leaflet"):
        version = lock["packages"][f"node_modules/{name}"]["version"]
        assert any(url.startswith(f"/assets/{name}@{version}/") for url in assets.served())


def test_the_documentation_is_a_script_a_style_and_an_icon():
    suffixes = [Path(asset.path).suffix for asset in assets.documentation()]
    assert suffixes == [".js", ".css", ".png"]


def test_the_lock_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]


def test_no_package_runs_anything_when_it_is_installed():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert not [name for name, entry in lock["packages"].items() if "hasInstallScript" in entry]


def test_every_script_of_ours_is_loaded_by_the_pages():
    table = (*assets.table_scripts(), *assets.list_scripts(), *assets.table_styles())
    table += (*assets.sign_in_styles(), *assets.notice_styles())
    loaded = {
        file for asset in (*assets.scripts(), *assets.styles(), *table) for file in asset.files
    }
    assert set(assets.own().iterdir()) <= loaded


def test_the_images_that_a_style_names_are_served_beside_it():
    served = assets.served()
    for asset in assets.styles():
        for image in re.findall(r"url\(([^)#]+)\)", asset.text()):
            assert f"{asset.url.rsplit('/', 1)[0]}/{image}" in served


def test_a_style_inside_a_page_brings_its_images():
    for asset in assets.styles():
        addresses = re.findall(r"url\(([^)]+)\)", assets.style_text(asset))
        assert all(address.startswith(("data:", "#")) for address in addresses)


def test_a_script_inside_a_page_cannot_end_early(tmp_path):
    file = tmp_path / "a.js"
    file.write_text('x = "</script><!--";\n//# sourceMappingURL=a.js.map', "utf-8")
    text = assets.script_text(assets.Asset("a", "1", "a.js", (file,)))
    assert "</script" not in text
    assert "<!--" not in text
    assert "sourceMappingURL" not in text
    for asset in assets.scripts():
        assert "</script" not in assets.script_text(asset)


def test_missing_packages_are_said_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "root", lambda: tmp_path / "node_modules")
    assets.scripts.cache_clear()
    with pytest.raises(assets.AssetsMissing, match="npm ci"):
        assets.scripts()


def test_the_notices_hold_the_licence_of_every_package_inside():
    for name in ("leaflet", "protomaps-leaflet", "pbf", "rbush", "@mapbox/vector-tile"):
        assert f"{name}\n\n" in assets.notices()
    assert "pmtiles\n\nBSD-3-Clause" in assets.notices()
    assert "Volodymyr Agafonkin" in assets.notices()
    assert "--" not in assets.notices()
