"""Single-file pages in a browser without a network, operated by mouse and keyboard."""

from datetime import date

import geopandas as gpd
import pytest
from shapely import box

from geo.settings import Language
from maps.pages import map_pages
from maps.pages.page_data import EmbeddedData
from tests.maps.conftest import middle

pytestmark = pytest.mark.browser

ON = date(2025, 6, 30)
MARKUP = '"><script>window.hit=1</script><img src=x onerror="window.hit=1"><b>&amp;</b>'


def english(render, town: EmbeddedData) -> map_pages.RenderedPage:
    return render(town, title="Hecheng", on=ON, language=Language.EN)


def area_data(areas: gpd.GeoDataFrame, issues: gpd.GeoDataFrame | None = None) -> EmbeddedData:
    return EmbeddedData(areas=areas, issues=issues, timezone="Asia/Shanghai")


def row_where(frame: gpd.GeoDataFrame, condition) -> int:
    return int(condition(frame).to_numpy().nonzero()[0][0])


def test_the_key_figures_are_those_of_the_buildings(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    homes = small_town.buildings
    figures = visited.text("#figures").split()
    assert figures[:2] == ["Buildings", str(len(homes))]
    assert f"{homes.covered.mean():.1%}" in figures
    assert str(int((~homes.covered).sum())) in figures


@pytest.mark.parametrize("reason", ["lapsed", "never_covered"])
def test_a_click_on_an_uncovered_building_shows_reason_and_date(
    open_file, small_town: EmbeddedData, reason
):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    homes = small_town.buildings
    row = row_where(homes, lambda frame: frame.reason == reason)
    lon, lat = middle(homes, row)
    visited.set_view(lon, lat, 17)
    visited.click_map(lon, lat)
    popup = visited.text(".leaflet-popup")
    assert homes.code.iloc[row] in popup
    assert ("Uncovered since 1 Mar 2023" in popup) == (reason == "lapsed")
    assert ("Never covered" in popup) == (reason == "never_covered")


def test_a_click_on_a_covered_building_names_its_manager(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    lon, lat = middle(small_town.buildings, row_where(small_town.buildings, lambda f: f.covered))
    visited.set_view(lon, lat, 17)
    visited.click_map(lon, lat)
    popup = visited.text(".leaflet-popup")
    assert "鹤翔物业" in popup
    assert "Property management company" in popup


def test_a_click_at_low_zoom_shows_the_rate_of_the_area(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    areas = small_town.areas
    row = row_where(areas, lambda frame: frame.level == "community")
    lon, lat = middle(areas, row)
    visited.set_view(lon, lat, 13)
    visited.click_map(lon, lat)
    popup = visited.text(".leaflet-popup")
    assert areas.name.iloc[row] in popup
    assert f"{areas.rate.iloc[row]:.1%}" in popup


def test_the_table_contains_every_row_of_a_level_and_sorts_by_any_column(
    open_file, small_town: EmbeddedData
):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    visited.page.get_by_role("button", name="Subdistrict").click()
    table = small_town.areas[small_town.areas.level == "subdistrict"]
    rates = f"{'tbody td.rate'} .value"

    def column() -> list[float]:
        return [float(text.rstrip("%")) for text in visited.page.locator(rates).all_inner_texts()]

    visited.page.get_by_role("button", name="Rate").click()
    assert column() == sorted(column(), reverse=True)
    visited.page.get_by_role("button", name="Rate").click()
    assert column() == sorted(column())
    assert len(column()) == len(table)
    assert visited.page.locator("th.rate").get_attribute("aria-sort") == "ascending"


def test_a_click_on_a_row_zooms_to_the_area_and_lists_its_parts(
    open_file, small_town: EmbeddedData
):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    visited.page.get_by_role("button", name="District", exact=True).click()
    visited.page.locator("tbody tr[data-code='230401']").click()
    visited.page.locator("tbody tr[data-code^='230401001']").first.wait_for()
    visited.wait_until_rendered()
    code = visited.page.evaluate("() => Gridward.state.scope")
    area = small_town.areas.set_index("code").loc[code]
    view = box(
        *visited.page.evaluate(
            """() => Object.values(Gridward.layers)[0]._map.getBounds().toBBoxString()
              .split(",").map(Number)"""
        )
    )
    assert view.contains(area.geometry)
    codes = visited.page.locator("tbody tr").evaluate_all("rows => rows.map(r => r.dataset.code)")
    assert codes
    assert all(inner.startswith(code) and inner != code for inner in codes)
    visited.page.get_by_role("button", name="Hecheng").click()
    assert visited.page.evaluate("() => Gridward.state.scope") == ""


@pytest.mark.parametrize(
    "query",
    [
        "2304010010010010003",
        "和平路1001号3栋",
        "和平小区3号楼 和平路1001号",
        "街道001 和平路1001号3栋",
    ],
)
def test_search_finds_a_building_by_code_and_by_the_words_of_its_address(
    open_file, small_town: EmbeddedData, query
):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    visited.page.get_by_role("combobox").fill(query)
    visited.page.locator("#hits li").first.wait_for()
    visited.page.keyboard.press("ArrowDown")
    visited.page.keyboard.press("Enter")
    popup = visited.page.locator(".leaflet-popup")
    popup.wait_for()
    assert "2304010010010010003" in popup.inner_text()


def test_search_reports_no_results(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_grids, small_town))
    visited.page.get_by_role("combobox").fill("no such place")
    visited.page.locator("#hits li").first.wait_for()
    assert visited.text("#hits") == "No results"


def test_a_layer_can_be_switched_off(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    lon, lat = middle(small_town.buildings, 0)
    visited.set_view(lon, lat, 17)
    visited.page.locator(".leaflet-control-layers").hover()
    visited.page.get_by_label("Buildings").uncheck()
    visited.page.mouse.move(700, 500)
    visited.click_map(lon, lat)
    assert small_town.buildings.code.iloc[0] not in visited.text(".leaflet-popup")


def test_the_legend_explains_footprints_when_they_are_visible(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_property_coverage, small_town))
    visited.set_view(*middle(small_town.buildings, 0), 13)
    assert "Coverage lapsed" not in visited.text(".legend")
    visited.set_view(*middle(small_town.buildings, 0), 15)
    assert "Coverage lapsed" in visited.text(".legend")


def test_grids_can_be_coloured_by_another_measure(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_grids, small_town))
    assert "Households per grid" in visited.text(".legend")
    visited.page.get_by_role("button", name="Buildings", exact=True).first.click()
    assert "Buildings per grid" in visited.text(".legend")
    visited.page.get_by_role("button", name="Coverage rate").click()
    assert "Coverage rate" in visited.text(".legend")


def test_issues_are_counted_by_status_and_filtered_by_category(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_issues, small_town))
    issues = small_town.issues
    assert visited.text("#figures").split()[:2] == ["Issues", str(len(issues))]
    visited.page.get_by_label("Heating").uncheck()
    visited.wait_until_rendered()
    left = issues[issues.category != "heating"]
    open_left = int((left.status == "open").sum())
    line = visited.page.locator("label.count").filter(has_text="Open")
    assert line.inner_text().split()[-1] == str(open_left)
    hidden = issues[issues.category == "heating"]
    lon, lat = middle(hidden, 0)
    visited.set_view(lon, lat, 18)
    visited.click_map(lon, lat)
    popup = visited.page.locator(".leaflet-popup")
    assert popup.count() == 0 or "Heating" not in popup.inner_text()


def test_issues_at_one_location_are_paged_through(open_file, small_town: EmbeddedData):
    point = small_town.issues.geometry.iloc[0]
    issues = small_town.issues.head(3).copy()
    issues["geometry"] = [point] * 3
    city = area_data(small_town.areas, issues)
    visited = open_file(english(map_pages.render_issues, city))
    visited.set_view(point.x, point.y, 17)
    visited.click_map(point.x, point.y)
    assert "1 of 3" in visited.text(".leaflet-popup")
    visited.page.get_by_role("button", name="Next").click()
    assert "2 of 3" in visited.text(".leaflet-popup")


def test_a_cluster_counts_its_issues(open_file, small_town: EmbeddedData):
    visited = open_file(english(map_pages.render_issues, small_town))
    visited.set_view(*middle(small_town.areas, 0), 9)
    clusters = visited.page.evaluate(
        """async () => {
          const cache = Gridward.clusterCache("issues", Gridward.isShown);
          const at = Gridward.project(130.25, 47.29);
          const tile = { z: 8, x: Math.floor(at.x * 256), y: Math.floor(at.y * 256) };
          const features = (await cache.get(tile)).get("issues");
          return features.map((feature) => feature.props.cluster ?? 1);
        }"""
    )
    assert sum(clusters) == len(small_town.issues)


def test_markup_in_any_field_is_shown_as_text(open_file, small_town: EmbeddedData):
    def with_markup(frame: gpd.GeoDataFrame, unchanged: tuple[str, ...]) -> gpd.GeoDataFrame:
        texts = [name for name in frame if frame[name].dtype in (object, "str")]
        frame = frame.copy()
        for name in set(texts) - {"geometry", *unchanged}:
            frame[name] = MARKUP
        return frame

    codes = ("code", "parent_code", "community_code", "level", "kind", "grid_code")
    city = EmbeddedData(
        areas=with_markup(small_town.areas, codes),
        grids=with_markup(small_town.grids, codes),
        buildings=with_markup(small_town.buildings, codes),
        issues=with_markup(small_town.issues, codes),
        backdrop=with_markup(small_town.backdrop, codes),
        timezone="Asia/Shanghai",
    )
    building = middle(city.buildings, row_where(city.buildings, lambda frame: frame.covered))
    for render, point in (
        (map_pages.render_property_coverage, building),
        (map_pages.render_issues, middle(city.issues, 0)),
    ):
        visited = open_file(render(city, title=MARKUP, on=ON, language=Language.EN))
        visited.set_view(*point, 17)
        visited.click_map(*point)
        assert visited.text(".leaflet-popup").count(MARKUP) >= 3
        visited.page.get_by_role("combobox").fill("onerror")
        visited.page.locator("#hits li").first.wait_for()
        assert MARKUP in visited.text("#hits")
        assert visited.text("h1").startswith(MARKUP)
        assert MARKUP in visited.text("#content")
        assert visited.page.locator("img[onerror]").count() == 0
        assert visited.page.evaluate("() => window.hit") is None


def test_a_city_without_buildings_opens(open_file):
    square = gpd.GeoDataFrame(
        {"code": ["230401"], "level": ["district"], "name": ["空区"], "buildings": [0]},
        geometry=[box(130.2, 47.2, 130.3, 47.3)],
        crs="EPSG:4326",
    )
    visited = open_file(english(map_pages.render_property_coverage, area_data(square)))
    assert "空区" in visited.text("tbody")
    assert "–" in visited.text("tbody td.rate")


def test_a_page_without_any_data_opens(open_file):
    no_areas = gpd.GeoDataFrame({"code": [], "level": [], "name": []}, geometry=[], crs="EPSG:4326")
    for render in (
        map_pages.render_property_coverage,
        map_pages.render_grids,
        map_pages.render_issues,
    ):
        visited = open_file(english(render, area_data(no_areas)))
        assert "Hecheng" in visited.text("h1")


@pytest.mark.parametrize("language", Language)
def test_the_page_fits_the_window(open_file, small_town: EmbeddedData, language):
    for render in (
        map_pages.render_property_coverage,
        map_pages.render_grids,
        map_pages.render_issues,
    ):
        visited = open_file(render(small_town, title="鹤城", on=ON, language=language))
        for width, height in ((1600, 900), (1366, 768), (390, 844)):
            visited.page.set_viewport_size({"width": width, "height": height})
            assert visited.page.evaluate("() => document.documentElement.scrollWidth") <= width
            overflowing = """() => [...document.querySelectorAll('.rows')]
              .filter((box) => box.scrollWidth > box.clientWidth).length"""
            assert visited.page.evaluate(overflowing) == 0
