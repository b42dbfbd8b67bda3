"""The redraw page: its configuration, its assets, its scripts."""

import json
import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.pages import redraw
from api.pages.map_pages import NothingToShow
from geo.settings import Language, Settings
from maps.folium import assets
from maps.pages.redraw import EditorAccount

ACCOUNT = EditorAccount("chen", "coordinator", csrf_token="known")


def test_the_page_shows_the_grids_in_force(district: Session, settings: Settings):
    page = redraw.render_table(district, ACCOUNT, 7, settings, Language.EN)
    config = json.loads(re.search(r'id="gridward-config">(.*?)</script>', page.html)[1])
    newest = district.scalar(text("SELECT max(number) FROM revision"))
    assert config["plan"] == 7
    assert f"revision={newest}" in config["service"]["tileQuery"]
    assert config["account"] == {"login": "chen", "role": "coordinator", "reach": None}
    west, south, east, north = config["bounds"]
    assert west < east
    assert south < north


def test_every_asset_of_the_page_is_served(
    client: TestClient, district: Session, settings: Settings
):
    page = redraw.render_table(district, ACCOUNT, 7, settings, Language.ZH)
    loaded = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.html)
    assert {asset.url for asset in (*assets.redraw_scripts(), *assets.redraw_styles())} <= {*loaded}
    assert {client.get(address).status_code for address in loaded} == {200}


def test_the_page_has_one_inline_script_with_its_hash(district: Session, settings: Settings):
    page = redraw.render_table(district, ACCOUNT, 7, settings, Language.ZH)
    assert len(re.findall(r"<script>", page.html)) == 1
    assert len(page.script_hashes) == 1
    assert " onclick=" not in page.html


def test_an_empty_database_has_no_page(district: Session, settings: Settings):
    district.execute(text("TRUNCATE area CASCADE"))
    with pytest.raises(NothingToShow):
        redraw.render_table(district, ACCOUNT, 7, settings, Language.ZH)
