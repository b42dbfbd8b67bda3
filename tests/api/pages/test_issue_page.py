"""The map page of issues: periods, clusters, heat map, exports."""

import math
import re
from itertools import combinations

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.api.exports.reading import read_workbook
from tests.sample_service import SCREENS, Service

pytestmark = pytest.mark.browser


COUNT_IN_VIEW = """async () => {
  const bounds = Gridward.layers.issues._map.getBounds();
  const tile = ({ lat, lng }) => {
    const at = Gridward.project(lng, lat);
    return [at.x, at.y].map((part) => Math.floor(part * 2 ** 11));
  };
  const [west, north] = tile(bounds.getNorthWest());
  const [east, south] = tile(bounds.getSouthEast());
  let sum = 0;
  for (let x = west; x <= east; x += 1) {
    for (let y = north; y <= south; y += 1) {
      const tile = await Gridward.tileCache("issues").get({ z: 11, x, y });
      for (const { props } of tile.get("issues") ?? []) sum += props.count;
    }
  }
  return sum;
}"""
"""Returns the number of issues in the tiles in view."""


@pytest.mark.parametrize("screen", SCREENS)
def test_issues_of_a_period_are_counted_and_rendered_as_clusters_or_heat(open_page, screen: str):
    browser_page = open_page("issues", screen)
    unfiltered = int(browser_page.text("#figures dd").replace(",", ""))
    total = browser_page.page.locator("#figures dd").first
    last = browser_page.page.evaluate("() => Gridward.config.on")
    browser_page.page.get_by_label("Reported on or after").fill(f"{last[:7]}-01")
    browser_page.page.get_by_label("Reported on or after").press("Tab")
    expect(browser_page.page.locator("#figures")).to_contain_text("Issues (filtered)")
    expect(total).not_to_have_text(f"{unfiltered:,}")
    browser_page.page.get_by_role("button", name="Heat map").press("Enter")
    browser_page.wait_until_rendered()
    heat_points = browser_page.page.evaluate(
        """async () => {
          const { lng, lat } = Gridward.layers.issues._map.getCenter();
          const at = Gridward.project(lng, lat);
          const [x, y] = [at.x, at.y].map((part) => Math.floor(part * 2 ** 11));
          const tile = await Gridward.clusterCache("issues", Gridward.isShown).get({ z: 11, x, y });
          return tile.get("heat").length;
        }"""
    )
    assert heat_points > 0
    assert f"{browser_page.page.evaluate(COUNT_IN_VIEW):,}" == total.text_content()
    expect(browser_page.page.locator(".legend")).to_contain_text("Number of issues")
    browser_page.page.wait_for_url("**heat=1*")


def test_the_popup_loads_details_that_its_tile_omits(open_page, sample_service: Service):
    with sample_service.engine.connect() as connection:
        query = text("SELECT ref, description FROM issue WHERE description IS NOT NULL LIMIT 1")
        ref, description = connection.execute(query).one()
    browser_page = open_page("issues")
    browser_page.page.evaluate(
        """(ref) => {
          const map = Gridward.layers.issues._map;
          const props = { ref, category: "x", status: "open", reported_at: "2025-01-01" };
          Gridward.openPopup(map, [{ layer: "issues", props }], map.getCenter());
        }""",
        ref,
    )
    expect(browser_page.page.locator(".leaflet-popup")).to_contain_text(description)


def test_the_filtered_issues_are_exported(open_page, sample_service: Service):
    browser_page = open_page("issues")
    browser_page.page.locator("#content [data-name='closed']").uncheck()
    browser_page.page.locator("#content .counts [data-name]").nth(4).uncheck()
    last = browser_page.page.evaluate("() => Gridward.config.on")
    browser_page.page.get_by_label("Reported on or after").fill(f"{last[:4]}-01-01")
    browser_page.page.get_by_label("Reported on or after").press("Tab")
    expect(browser_page.page.locator("#figures")).to_contain_text("Issues (filtered)")
    link = browser_page.page.get_by_role("link", name="XLSX")
    expect(link).to_have_attribute("href", re.compile(rf"since={last[:4]}-01-01"))
    total = int(browser_page.text("#figures dd").replace(",", ""))
    xlsx = browser_page.page.request.get(f"{browser_page.home}{link.get_attribute('href')}")
    assert len(read_workbook(xlsx.body()).rows) == total
    for status in ("open", "in_progress", "resolved"):
        browser_page.page.locator(f"#content [data-name='{status}']").uncheck()
    expect(link).to_have_count(0)


def test_a_permalink_to_the_heat_map_renders_no_clusters(open_page):
    browser_page = open_page("issues#heat=1")
    browser_page.page.wait_for_function(
        "() => Gridward.layers.issues.views.get('clusters').tileCache.cache().cache.size > 0"
    )
    browser_page.wait_until_rendered()
    layers = browser_page.page.evaluate(
        """() => {
          const view = Gridward.layers.issues.views.get("clusters");
          const tiles = [...view.tileCache.cache().cache.values()];
          return [...new Set(tiles.flatMap(({ data }) => [...data.keys()]))];
        }"""
    )
    assert layers == ["heat"]


CLUSTERS = """() => {
  const layer = Gridward.layers.issues;
  const clusters = [];
  for (const [key, { data }] of layer.views.get("clusters").tileCache.cache().cache) {
    const [x, y] = key.split(":").map(Number);
    for (const { geom: [[at]], props } of data.get("issues") ?? []) {
      if (props.cluster) clusters.push([x * 512 + at.x, y * 512 + at.y, props.radius]);
    }
  }
  return clusters;
}"""
"""Returns the position and radius of every cluster, in world pixels."""


@pytest.mark.parametrize("screen", SCREENS)
def test_clusters_do_not_overlap(open_page, screen: str):
    browser_page = open_page("issues", screen)
    browser_page.wait_until_rendered()
    # Filling the panel may resize the map, which then requests other tiles.
    browser_page.page.wait_for_function(f"() => ({CLUSTERS})().length > 3")
    clusters = browser_page.page.evaluate(CLUSTERS)
    for (x, y, radius), (other_x, other_y, other_radius) in combinations(clusters, 2):
        distance = math.hypot(x - other_x, y - other_y)
        assert distance >= radius + other_radius, (x, y, radius, other_x, other_y, other_radius)
