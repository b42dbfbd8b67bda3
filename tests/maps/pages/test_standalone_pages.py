"""The one-file pages in a browser without network: what a planner does, done by mouse and keys."""

from collections.abc import Callable
from datetime import date

import geopandas as gpd
import pytest
from shapely import Point, box

from geo.settings import Language
from maps.pages import map_pages
from maps.pages.page_data import EmbeddedData

pytestmark = pytest.mark.browser

ON = date(2025, 6, 30)
MARKUP = '"><script>window.hit=1</script><img src=x onerror="window.hit=1"><b>&amp;</b>'


@pytest.fixture
def open_file(visit, tmp_path) -> Callable:
    def open_(page: map_pages.RenderedPage, size: tuple[int, int] = (1366, 768)):
        file = tmp_path / "map.html"
        file.write_text(page.html, "utf-8")
        return visit(file.as_uri(), size)

    return open_


def english(draw, city: EmbeddedData) -> map_pages.RenderedPage:
    return draw(city, title="Hecheng", on=ON, language=Language.EN)


def middle(frame: gpd.GeoDataFrame, row: int) -> tuple[float, float]:
    point = frame.geometry.iloc[row].representative_point()
    return point.x, point.y


def row_where(frame: gpd.GeoDataFrame, condition) -> int:
    return int(condition(frame).to_numpy().nonzero()[0][0])


def test_the_key_figures_are_those_of_the_buildings(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.property_coverage, small_town))
    homes = small_town.buildings
    figures = shown.text("#figures").split()
    assert figures[:2] == ["Buildings", str(len(homes))]
    assert f"{homes.covered.mean():.1%}" in figures
    assert str(int((~homes.covered).sum())) in figures


@pytest.mark.parametrize("reason", ["lapsed", "never_covered"])
def test_a_click_on_an_uncovered_building_says_why_and_since_when(
    open_file, small_town: EmbeddedData, reason
):
    shown = open_file(english(map_pages.property_coverage, small_town))
    homes = small_town.buildings
    row = row_where(homes, lambda frame: frame.reason == reason)
    lon, lat = middle(homes, row)
    shown.look(lon, lat, 17)
    shown.click_map(lon, lat)
    popup = shown.text(".leaflet-popup")
    assert homes.code.iloc[row] in popup
    assert ("Uncovered since 1 Mar 2023" in popup) == (reason == "lapsed")
    assert ("Never covered" in popup) == (reason == "never_covered")


def test_a_click_on_a_covered_building_names_its_manager(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.property_coverage, small_town))
    lon, lat = middle(small_town.buildings, row_where(small_town.buildings, lambda f: f.covered))
    shown.look(lon, lat, 17)
    shown.click_map(lon, lat)
    popup = shown.text(".leaflet-popup")
    assert "鹤翔物业" in popup
    assert "Property firm" in popup


def test_a_click_from_afar_tells_the_rate_of_the_area(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.property_coverage, small_town))
    areas = small_town.areas
    row = row_where(areas, lambda frame: frame.level == "community")
    lon, lat = middle(areas, row)
    shown.look(lon, lat, 13)
    shown.click_map(lon, lat)
    popup = shown.text(".leaflet-popup")
    assert areas.name.iloc[row] in popup
    assert f"{areas.rate.iloc[row]:.1%}" in popup


def test_the_table_holds_every_row_of_a_level_and_sorts_by_any_column(
    open_file, small_town: EmbeddedData
):
    shown = open_file(english(map_pages.property_coverage, small_town))
    shown.page.get_by_role("button", name="Subdistrict").click()
    table = small_town.areas[small_town.areas.level == "subdistrict"]
    rates = f"{'tbody td.rate'} .value"

    def column() -> list[float]:
        return [float(text.rstrip("%")) for text in shown.page.locator(rates).all_inner_texts()]

    shown.page.get_by_role("button", name="Rate").click()
    assert column() == sorted(column(), reverse=True)
    shown.page.get_by_role("button", name="Rate").click()
    assert column() == sorted(column())
    assert len(column()) == len(table)
    assert shown.page.locator("th.rate").get_attribute("aria-sort") == "ascending"


def test_a_row_leads_to_its_place_and_into_its_parts(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.property_coverage, small_town))
    shown.page.get_by_role("button", name="District", exact=True).click()
    shown.page.locator("tbody tr[data-code='230401']").click()
    shown.page.locator("tbody tr[data-code^='230401001']").first.wait_for()
    shown.settle()
    code = shown.page.evaluate("() => Gridward.state.scope")
    area = small_town.areas.set_index("code").loc[code]
    view = box(
        *shown.page.evaluate(
            """() => Object.values(Gridward.layers)[0]._map.getBounds().toBBoxString()
              .split(",").map(Number)"""
        )
    )
    assert view.contains(area.geometry)
    codes = shown.page.locator("tbody tr").evaluate_all("rows => rows.map(r => r.dataset.code)")
    assert codes
    assert all(inner.startswith(code) and inner != code for inner in codes)
    shown.page.get_by_role("button", name="Hecheng").click()
    assert shown.page.evaluate("() => Gridward.state.scope") == ""


@pytest.mark.parametrize("said", ["2304010010010010003", "和平路1001号3栋"])
def test_search_finds_a_building_by_code_and_by_address(open_file, small_town: EmbeddedData, said):
    shown = open_file(english(map_pages.property_coverage, small_town))
    shown.page.get_by_role("combobox").fill(said)
    shown.page.locator("#hits li").first.wait_for()
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Enter")
    popup = shown.page.locator(".leaflet-popup")
    popup.wait_for()
    assert "2304010010010010003" in popup.inner_text()


def test_search_says_when_it_finds_nothing(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.grids, small_town))
    shown.page.get_by_role("combobox").fill("no such place")
    shown.page.locator("#hits li").first.wait_for()
    assert shown.text("#hits") == "Nothing found"


def test_a_layer_can_be_taken_off_the_map(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.property_coverage, small_town))
    lon, lat = middle(small_town.buildings, 0)
    shown.look(lon, lat, 17)
    shown.page.locator(".leaflet-control-layers").hover()
    shown.page.get_by_label("Buildings").uncheck()
    shown.page.mouse.move(700, 500)
    shown.click_map(lon, lat)
    assert small_town.buildings.code.iloc[0] not in shown.text(".leaflet-popup")


def test_the_legend_explains_footprints_once_they_show(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.property_coverage, small_town))
    shown.look(*middle(small_town.buildings, 0), 13)
    assert "Coverage lapsed" not in shown.text(".legend")
    shown.look(*middle(small_town.buildings, 0), 15)
    assert "Coverage lapsed" in shown.text(".legend")


def test_grids_can_be_shaded_by_another_measure(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.grids, small_town))
    assert "Households per grid" in shown.text(".legend")
    shown.page.get_by_role("button", name="Buildings", exact=True).first.click()
    assert "Buildings per grid" in shown.text(".legend")
    shown.page.get_by_role("button", name="Coverage rate").click()
    assert "Coverage rate" in shown.text(".legend")


def test_issues_are_counted_by_status_and_filtered_by_category(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.issues, small_town))
    issues = small_town.issues
    assert shown.text("#figures").split()[:2] == ["Issues", str(len(issues))]
    shown.page.get_by_label("Heating").uncheck()
    shown.settle()
    left = issues[issues.category != "heating"]
    open_left = int((left.status == "open").sum())
    line = shown.page.locator("label.count").filter(has_text="Open")
    assert line.inner_text().split()[-1] == str(open_left)
    hidden = issues[issues.category == "heating"]
    lon, lat = middle(hidden, 0)
    shown.look(lon, lat, 18)
    shown.click_map(lon, lat)
    popup = shown.page.locator(".leaflet-popup")
    assert popup.count() == 0 or "Heating" not in popup.inner_text()


def test_issues_at_one_place_are_leafed_through(open_file, small_town: EmbeddedData):
    spot = small_town.issues.geometry.iloc[0]
    issues = small_town.issues.head(3).copy()
    issues["geometry"] = [spot] * 3
    city = EmbeddedData(areas=small_town.areas, issues=issues)
    shown = open_file(english(map_pages.issues, city))
    shown.look(spot.x, spot.y, 17)
    shown.click_map(spot.x, spot.y)
    assert "1 of 3 here" in shown.text(".leaflet-popup")
    shown.page.get_by_role("button", name="Next").click()
    assert "2 of 3 here" in shown.text(".leaflet-popup")


def test_a_bubble_counts_the_issues_it_gathers(open_file, small_town: EmbeddedData):
    shown = open_file(english(map_pages.issues, small_town))
    shown.look(*middle(small_town.areas, 0), 9)
    bubbles = shown.page.evaluate(
        """async () => {
          const cache = Gridward.clusters("issues", Gridward.isShown);
          const at = Gridward.project(130.25, 47.29);
          const tile = { z: 8, x: Math.floor(at.x * 256), y: Math.floor(at.y * 256) };
          const features = (await cache.get(tile)).get("issues");
          return features.map((feature) => feature.props.cluster ?? 1);
        }"""
    )
    assert sum(bubbles) == len(small_town.issues)


def test_markup_in_every_field_shows_as_text(open_file, small_town: EmbeddedData):
    def spoilt(frame: gpd.GeoDataFrame, kept: tuple[str, ...]) -> gpd.GeoDataFrame:
        texts = [name for name in frame if frame[name].dtype in (object, "str")]
        frame = frame.copy()
        for name in set(texts) - {"geometry", *kept}:
            frame[name] = MARKUP
        return frame

    kept = ("code", "parent_code", "community_code", "level", "kind", "grid_code")
    city = EmbeddedData(
        areas=spoilt(small_town.areas, kept),
        grids=spoilt(small_town.grids, kept),
        buildings=spoilt(small_town.buildings, kept),
        issues=spoilt(small_town.issues, kept),
        backdrop=spoilt(small_town.backdrop, kept),
    )
    home = middle(city.buildings, row_where(city.buildings, lambda frame: frame.covered))
    for draw, spot in (
        (map_pages.property_coverage, home),
        (map_pages.issues, middle(city.issues, 0)),
    ):
        shown = open_file(draw(city, title=MARKUP, on=ON, language=Language.EN))
        shown.look(*spot, 17)
        shown.click_map(*spot)
        assert shown.text(".leaflet-popup").count(MARKUP) >= 3
        shown.page.get_by_role("combobox").fill("onerror")
        shown.page.locator("#hits li").first.wait_for()
        assert MARKUP in shown.text("#hits")
        assert shown.text("h1").startswith(MARKUP)
        assert MARKUP in shown.text("#content")
        assert shown.page.locator("img[onerror]").count() == 0
        assert shown.page.evaluate("() => window.hit") is None


def test_a_city_without_buildings_still_opens(open_file):
    square = gpd.GeoDataFrame(
        {"code": ["230401"], "level": ["district"], "name": ["空区"], "buildings": [0]},
        geometry=[box(130.2, 47.2, 130.3, 47.3)],
        crs="EPSG:4326",
    )
    shown = open_file(english(map_pages.property_coverage, EmbeddedData(areas=square)))
    assert "空区" in shown.text("tbody")
    assert "–" in shown.text("tbody td.rate")


def test_a_page_without_anything_at_all_still_opens(open_file):
    nothing = gpd.GeoDataFrame({"code": [], "level": [], "name": []}, geometry=[], crs="EPSG:4326")
    for draw in (map_pages.property_coverage, map_pages.grids, map_pages.issues):
        shown = open_file(english(draw, EmbeddedData(areas=nothing)))
        assert "Hecheng" in shown.text("h1")


def test_a_point_that_is_missing_is_left_out(open_file, small_town: EmbeddedData):
    issues = small_town.issues.head(5).copy()
    issues.loc[issues.index[0], "geometry"] = None
    issues.loc[issues.index[1], "geometry"] = Point()
    shown = open_file(
        english(map_pages.issues, EmbeddedData(areas=small_town.areas, issues=issues))
    )
    assert shown.text("#figures").split()[:2] == ["Issues", "3"]


@pytest.mark.parametrize("language", Language)
def test_nothing_sticks_out_of_the_window(open_file, small_town: EmbeddedData, language):
    for draw in (map_pages.property_coverage, map_pages.grids, map_pages.issues):
        shown = open_file(draw(small_town, title="鹤城", on=ON, language=language))
        for width, height in ((1600, 900), (1366, 768), (390, 844)):
            shown.page.set_viewport_size({"width": width, "height": height})
            assert shown.page.evaluate("() => document.documentElement.scrollWidth") <= width
            sideways = """() => [...document.querySelectorAll('.rows')]
              .filter((box) => box.scrollWidth > box.clientWidth).length"""
            assert shown.page.evaluate(sideways) == 0
