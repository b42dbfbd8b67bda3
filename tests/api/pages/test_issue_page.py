"""The issues page of the real service: counts of a period, bubbles and heat, files."""

import io
import math
from itertools import combinations

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlalchemy import text

from tests.sample_service import SCREENS, Service

pytestmark = pytest.mark.browser


GATHERED = """async () => {
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
      const found = await Gridward.cache("issues").get({ z: 11, x, y });
      for (const { props } of found.get("issues") ?? []) sum += props.count;
    }
  }
  return sum;
}"""
"""How many issues the tiles of what is in view hold."""


@pytest.mark.parametrize("screen", SCREENS)
def test_issues_of_a_period_are_counted_and_drawn_as_clusters_or_heat(open_page, screen: str):
    shown = open_page("issues", screen)
    every = int(shown.text("#figures dd").replace(",", ""))
    total = shown.page.locator("#figures dd").first
    last = shown.page.evaluate("() => Gridward.config.on")
    shown.page.get_by_label("Reported on or after").fill(f"{last[:7]}-01")
    shown.page.get_by_label("Reported on or after").press("Tab")
    expect(shown.page.locator("#figures")).to_contain_text("Issues (filtered)")
    expect(total).not_to_have_text(f"{every:,}")
    shown.page.get_by_role("button", name="Heat map").press("Enter")
    shown.wait_until_rendered()
    some = shown.page.evaluate(
        """async () => {
          const { lng, lat } = Gridward.layers.issues._map.getCenter();
          const at = Gridward.project(lng, lat);
          const [x, y] = [at.x, at.y].map((part) => Math.floor(part * 2 ** 11));
          const tile = await Gridward.clusters("issues", Gridward.isShown).get({ z: 11, x, y });
          return tile.get("heat").length;
        }"""
    )
    assert some > 0
    assert f"{shown.page.evaluate(GATHERED):,}" == total.text_content()
    expect(shown.page.locator(".legend")).to_contain_text("Number of issues")
    shown.page.wait_for_url("**heat=1*")


def test_an_issue_seen_from_afar_tells_the_rest_when_asked(open_page, sample_service: Service):
    with sample_service.engine.connect() as connection:
        asked = text("SELECT ref, description FROM issue WHERE description IS NOT NULL LIMIT 1")
        ref, description = connection.execute(asked).one()
    shown = open_page("issues")
    shown.page.evaluate(
        """(ref) => {
          const map = Gridward.layers.issues._map;
          const props = { ref, category: "x", status: "open", reported_at: "2025-01-01" };
          Gridward.show(map, [{ layer: "issues", props }], map.getCenter());
        }""",
        ref,
    )
    expect(shown.page.locator(".leaflet-popup")).to_contain_text(description)


def test_the_issues_shown_come_as_files(open_page, sample_service: Service):
    shown = open_page("issues")
    shown.page.locator("#content [data-name='closed']").uncheck()
    shown.page.locator("#content .counts [data-name]").nth(4).uncheck()
    last = shown.page.evaluate("() => Gridward.config.on")
    shown.page.get_by_label("Reported on or after").fill(f"{last[:4]}-01-01")
    shown.page.get_by_label("Reported on or after").press("Tab")
    expect(shown.page.locator("#figures")).to_contain_text("Issues (filtered)")
    shown.page.wait_for_timeout(300)
    total = int(shown.text("#figures dd").replace(",", ""))
    link = shown.page.get_by_role("link", name="XLSX")
    book = shown.page.request.get(f"{shown.home}{link.get_attribute('href')}")
    sheet = load_workbook(io.BytesIO(book.body()), read_only=True).active
    limit = shown.page.evaluate("() => Gridward.config.service.listLimit")
    assert sum(1 for _ in sheet.rows) == 1 + min(total, limit)
    for status in ("open", "in_progress", "resolved"):
        shown.page.locator(f"#content [data-name='{status}']").uncheck()
    expect(link).to_have_count(0)


def test_a_link_to_the_heat_map_draws_no_bubbles(open_page):
    shown = open_page("issues#heat=1")
    shown.page.wait_for_timeout(500)
    shown.wait_until_rendered()
    drawn = shown.page.evaluate(
        """() => {
          const view = Gridward.layers.issues.views.get("clusters");
          const tiles = [...view.tileCache.cache().cache.values()];
          return [...new Set(tiles.flatMap(({ data }) => [...data.keys()]))];
        }"""
    )
    assert drawn == ["heat"]


BUBBLES = """() => {
  const layer = Gridward.layers.issues;
  const found = [];
  for (const [key, { data }] of layer.views.get("clusters").tileCache.cache().cache) {
    const [x, y] = key.split(":").map(Number);
    for (const { geom: [[at]], props } of data.get("issues") ?? []) {
      if (props.cluster) found.push([x * 512 + at.x, y * 512 + at.y, props.radius]);
    }
  }
  return found;
}"""
"""Where every bubble stands, in pixels of the world, and how large it is."""


@pytest.mark.parametrize("screen", SCREENS)
def test_no_bubble_lies_over_another(open_page, screen: str):
    shown = open_page("issues", screen)
    shown.wait_until_rendered()
    # The map may be laid out once more when the panel is filled, and then asks for other tiles.
    shown.page.wait_for_function(f"() => ({BUBBLES})().length > 3")
    bubbles = shown.page.evaluate(BUBBLES)
    for (x, y, radius), (other_x, other_y, other) in combinations(bubbles, 2):
        apart = math.hypot(x - other_x, y - other_y)
        assert apart >= radius + other, (x, y, radius, other_x, other_y, other)
