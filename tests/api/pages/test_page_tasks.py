"""What planners do on the pages of the real service, by mouse and by keyboard, on three screens."""

import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser import BrowserPage
from tests.sample_service import SCREENS, UNCOVERED, WEIMIN, Service

pytestmark = pytest.mark.browser


def covered(shown: BrowserPage, code: str) -> int:
    """Buildings with a manager, as the row of a place says."""
    row = shown.page.locator(f"tbody tr[data-code='{code}']")
    cells = [text.replace(",", "") for text in row.locator("td.n").all_inner_texts()]
    return int(cells[0]) - int(cells[1])


def asked(shown: BrowserPage) -> dict[str, str]:
    """What the address of a page says of its view."""
    return {name: values[0] for name, values in parse_qs(urlsplit(shown.page.url).fragment).items()}


@pytest.mark.parametrize("screen", SCREENS)
def test_the_slider_goes_back_by_key_and_figures_and_table_follow(open_page, screen: str):
    shown = open_page(screen=screen)
    row = shown.page.locator(f"tbody tr[data-code='{WEIMIN}'] .uncovered")
    expect(row).to_have_text("13")
    assert covered(shown, WEIMIN) == 21
    slider = shown.page.get_by_role("slider", name="Date shown")
    slider.focus()
    for _ in range(3):
        slider.press("PageDown")  # a year each
    expect(row).to_have_text("28")
    assert covered(shown, WEIMIN) == 6
    expect(shown.page.locator("#figures")).not_to_contain_text("86.0%")
    shown.wait_until_rendered()
    shade = shown.page.evaluate(
        """async (code) => {
          const map = Gridward.layers.shade._map;
          const seen = await Gridward.inView(map, "areas");
          return seen.find(({ props }) => props.code === code).props.covered;
        }""",
        WEIMIN,
    )
    assert shade == 6


def test_the_past_is_played_month_by_month_and_stops_where_asked(open_page):
    shown = open_page()
    shown.page.get_by_role("button", name="Play history").press("Enter")
    first = shown.page.evaluate("() => Gridward.state.on")
    shown.page.wait_for_function("(first) => Gridward.state.on > first", arg=first)
    shown.page.get_by_role("button", name="Pause").click()
    stopped = shown.page.evaluate("() => Gridward.state.on")
    shown.page.wait_for_timeout(900)
    assert shown.page.evaluate("() => Gridward.state.on") == stopped
    shown.page.get_by_role("button", name="Next month").click()
    assert shown.page.evaluate("() => Gridward.state.on") > stopped


def test_the_table_follows_the_view_down_to_single_buildings(open_page, sample_service: Service):
    code, lon, lat = sample_service.find_building(UNCOVERED)
    shown = open_page()
    expect(shown.page.locator("tfoot th")).to_have_text("Total (86)")
    shown.set_view(lon, lat, 14)
    expect(shown.page.locator("tfoot th")).to_contain_text("In view")
    expect(shown.page.locator("thead .name")).to_have_text("Grid")
    shown.page.get_by_role("button", name="Building", exact=True).press("Enter")
    row = shown.page.locator(f"tbody tr[data-code='{code}'] button")
    expect(row).to_have_count(1)
    households = text("SELECT households FROM building WHERE code = :code")
    with sample_service.engine.connect() as connection:
        there = connection.execute(households, {"code": code}).scalar_one()
    listed = shown.page.locator(f"tbody tr[data-code='{code}'] td.households")
    assert int(listed.inner_text().replace(",", "")) == there > 0
    total = shown.page.locator("tfoot td.households").inner_text()
    assert int(total.replace(",", "")) >= there
    row.press("Enter")
    assert code in shown.text(".leaflet-popup")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_building_tells_its_whole_history(open_page, sample_service: Service, screen: str):
    lapsed = (
        "today.id IS NULL AND EXISTS "
        "(SELECT FROM property_coverage AS was WHERE was.building_code = building.code)"
    )
    code, lon, lat = sample_service.find_building(lapsed)
    shown = open_page(screen=screen)
    shown.set_view(lon, lat, 18)
    shown.click_map(lon, lat)
    spells = shown.page.locator(".history li")
    expect(spells.last).to_contain_text("Uncovered")
    assert spells.count() >= 2
    assert code in shown.text(".leaflet-popup")


def test_enter_on_the_map_opens_what_is_in_its_middle(open_page, sample_service: Service):
    code, lon, lat = sample_service.find_building(UNCOVERED)
    shown = open_page()
    shown.set_view(lon, lat, 18)
    shown.page.locator(".folium-map").press("Enter")
    assert code in shown.text(".leaflet-popup")


@pytest.mark.parametrize("screen", SCREENS)
def test_two_days_are_compared_by_a_divider_and_a_table_of_changes(open_page, screen: str):
    shown = open_page(screen=screen)
    shown.page.get_by_role("button", name="Compare two dates").press("Enter")
    shown.page.get_by_label("Earlier date").fill("2024-01-01")
    shown.page.get_by_label("Earlier date").press("Tab")
    weimin = shown.page.locator(f"tbody tr[data-code='{WEIMIN}']")
    expect(weimin.locator(".gained")).to_have_text("15")
    expect(weimin.locator(".lost")).to_have_text("0")
    divider = shown.page.get_by_role("slider", name="Divider position")
    shown.wait_until_rendered()
    divider.press("End")
    past = shown.page.evaluate(
        """() => {
          const map = Gridward.layers.shade._map;
          return Gridward.layerAt(map, map.getCenter(), "shade").day();
        }"""
    )
    divider.press("Home")
    now = shown.page.evaluate(
        """() => {
          const map = Gridward.layers.shade._map;
          return Gridward.layerAt(map, map.getCenter(), "shade").day();
        }"""
    )
    assert (past, now) == ("2024-01-01", shown.page.evaluate("() => Gridward.config.on"))
    shown.page.get_by_role("button", name="Compare two dates").click()
    expect(divider).to_be_hidden()


def test_buildings_that_changed_between_two_days_stand_out(open_page):
    shown = open_page("property-coverage#then=2024-01-01")
    shown.page.locator(f"tbody tr[data-code='{WEIMIN}']").click()
    shown.page.wait_for_function(
        "() => [...Gridward.changes.values()].filter((change) => change === 'gained').length >= 15"
    )
    expect(shown.page.locator(".legend")).to_contain_text("Gained")
    shown.page.get_by_role("button", name="Compare two dates").click()
    shown.page.wait_for_function("() => Gridward.changes.size === 0")
    expect(shown.page.locator(".legend")).not_to_contain_text("Gained")


def test_a_link_shows_the_same_view_to_somebody_else(open_page, sample_service: Service):
    code, lon, lat = sample_service.find_building(UNCOVERED)
    first = open_page()
    first.set_view(lon, lat, 17)
    first.page.get_by_label("Choose a date").fill("2025-03-01")
    first.page.get_by_label("Choose a date").press("Tab")
    first.page.get_by_text("Filter buildings").click()
    first.page.get_by_label("Self-managed").uncheck()
    first.wait_until_rendered()
    first.click_map(lon, lat)
    first.page.locator(".leaflet-popup").wait_for()
    first.page.wait_for_timeout(900)
    link = first.page.url
    view = "() => [Gridward.state.on, [...Gridward.state.hidden.standing], Gridward.state.selected]"
    expected = first.page.evaluate(view)
    assert expected == ["2025-03-01", ["self_managed"], code]
    second = open_page(link.rsplit("/", 1)[1])
    second.page.locator(".leaflet-popup").wait_for()
    assert second.page.evaluate(view) == expected
    assert asked(second)["at"].split("/")[0] == "17"


def test_a_link_to_grids_writes_names_and_numbers_on_the_map(open_page, sample_service: Service):
    _, lon, lat = sample_service.find_building(UNCOVERED)
    shown = open_page(f"property-coverage#at=15/{lat}/{lon}")
    shown.page.wait_for_function("() => Gridward.state.level === 'grid'")
    shown.wait_until_rendered()
    labels = shown.page.evaluate(
        """() => [...Gridward.layers.names.labelers.labelers.values()]
          .reduce((sum, labeler) => sum + labeler.index.tree.all().length, 0)"""
    )
    communities = shown.page.evaluate(
        """async () => {
          const map = Gridward.layers.names._map;
          const seen = await Gridward.inView(map, "areas");
          return seen.filter(({ props }) => props.level === "community").length;
        }"""
    )
    assert labels > communities


def test_back_and_forward_go_through_what_was_chosen(open_page):
    shown = open_page()
    shown.page.get_by_role("button", name="District", exact=True).click()
    shown.page.wait_for_url("**level=district*")
    shown.page.wait_for_timeout(1600)  # choices in quick turn are one step
    shown.page.get_by_role("button", name="Previous month").click()
    shown.page.wait_for_url("**on=*")
    today = shown.page.evaluate("() => Gridward.config.on")
    shown.page.go_back()
    shown.page.wait_for_function("(today) => Gridward.state.on === today", arg=today)
    assert shown.page.evaluate("() => Gridward.state.level") == "district"
    shown.page.go_forward()
    shown.page.wait_for_function("(today) => Gridward.state.on !== today", arg=today)


@pytest.mark.parametrize(
    ("datum", "lon"), [("GCJ-02", 130.292159), ("BD-09", 130.285767), ("WGS 84", 130.3)]
)
def test_coordinates_of_any_datum_lead_to_their_grid(open_page, datum: str, lon: float):
    shown = open_page()
    shown.page.get_by_role("combobox").fill("130.30, 47.35")
    hits = shown.page.locator("#hits li")
    expect(hits).to_have_count(4)
    at = next(i for i, text in enumerate(hits.all_inner_texts()) if datum in text)
    for _ in range(at + 1):
        shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Enter")
    said = shown.page.locator(".facts-place")
    said.wait_for()
    assert re.search(r"\b2304\d{11}\b", said.inner_text())
    there = float(re.search(r"WGS 84\s+([\d.]+)", said.inner_text())[1])
    assert abs(there - lon) < 0.0005


def test_the_uncovered_list_comes_as_a_workbook_and_as_geojson(open_page):
    shown = open_page()
    links = [shown.page.get_by_role("link", name=name) for name in ("XLSX", "GeoJSON")]
    workbook, found = (
        shown.page.request.get(f"{shown.home}{link.get_attribute('href')}") for link in links
    )
    sheet = load_workbook(io.BytesIO(workbook.body()), read_only=True).active
    assert sum(1 for _ in sheet.rows) == 595 + 1
    assert len(found.json()["features"]) == 595
    shown.page.unroute("**/*")  # a download that is let through by a route ends as cancelled
    with shown.page.expect_download() as coming:
        links[0].press("Enter")
    assert coming.value.suggested_filename == "gridward.xlsx"
    assert coming.value.failure() is None


def test_the_map_is_saved_as_a_picture(open_page, tmp_path):
    shown = open_page()
    with shown.page.expect_download() as coming:
        shown.page.get_by_role("button", name="PNG").press("Enter")
    path = tmp_path / "map.png"
    coming.value.save_as(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 30_000  # an empty sheet takes a tenth of that


def test_on_paper_stands_the_map_with_its_table_and_nothing_to_press(open_page):
    shown = open_page()
    shown.page.emulate_media(media="print")
    for gone in ("#days", "#tools", "#search"):
        expect(shown.page.locator(gone)).to_be_hidden()
    for kept in ("#figures", ".legend", ".leaflet-tile-pane canvas", "table"):
        expect(shown.page.locator(kept).first).to_be_visible()


@pytest.mark.parametrize("screen", sorted(SCREENS))
@pytest.mark.parametrize("subject", ["property-coverage", "issues"])
def test_the_first_sheet_holds_all_of_the_map_that_was_seen(open_page, screen, subject):
    """A4 across less its margins is 277 mm by 190 mm: 1047 by 718 pixels."""
    shown = open_page(subject, screen=screen)
    shown.wait_until_rendered()
    view = (
        "() => { const map = Object.values(Gridward.layers)[0]._map;"
        " return [map.getBounds().toBBoxString(), map.getZoom()]; }"
    )
    seen = shown.page.evaluate(view)
    shown.page.emulate_media(media="print")
    shown.page.set_viewport_size({"width": 1047, "height": 718})
    frame = shown.page.locator(".ground").bounding_box()
    drawn = shown.page.locator(".leaflet-container").bounding_box()
    assert frame == pytest.approx(drawn, abs=1)
    assert frame["y"] + frame["height"] <= 718
    assert frame["x"] + frame["width"] <= 1047
    assert max(frame["width"] / 1047, frame["height"] / 588) > 0.95
    assert shown.page.evaluate(view) == seen


def test_a_page_that_opens_asks_for_each_tile_once_and_at_one_zoom(open_page):
    shown = open_page()
    shown.wait_until_rendered()
    asked = shown.page.evaluate(
        "() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)"
    )
    tiles = [path for path in asked if path.startswith("/tiles/")]
    assert tiles
    assert len(tiles) == len(set(tiles))
    assert len({path.split("/")[3] for path in tiles}) == 1


def test_every_served_page_is_small(open_page, sample_service: Service):
    shown = open_page()
    for subject in ("property-coverage", "grids", "issues"):
        page = shown.page.request.get(f"{sample_service.home}/maps/{subject}")
        assert len(page.body()) < 100_000
        assert (
            "unsafe-inline"
            not in re.search(r"script-src ([^;]*)", page.headers["content-security-policy"])[1]
        )
