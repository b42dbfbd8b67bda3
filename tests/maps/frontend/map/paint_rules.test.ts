import "./leaflet_stub.ts";
import type { PaintRule } from "protomaps-leaflet";
import { beforeEach, describe, expect, test } from "vitest";
import { state } from "../../../../maps/frontend/core/store.ts";
import type { IssueProps } from "../../../../maps/frontend/core/types.ts";
import { hideShapes, paintRules } from "../../../../maps/frontend/map/paint_rules.ts";
import { loadPage } from "../page_config.ts";
import { featureOf, style } from "./map_style.ts";

const DAY = () => "2024-06-30";

/** Returns how many rules paint a feature of a data source and layer. */
const painted = (rules: PaintRule[], layer: string, zoom: number, props: object, source = "") =>
  rules.filter(
    (rule) =>
      (rule.dataSource ?? "") === source &&
      rule.dataLayer === layer &&
      zoom >= (rule.minzoom ?? 0) &&
      (rule.filter?.(zoom, featureOf(props)) ?? true),
  ).length;

/** Returns the colours and line widths that the rules of a layer use for a feature. */
function strokes(rules: PaintRule[], zoom: number, props: object) {
  const feature = featureOf(props);
  const strokes: [unknown, unknown][] = [];
  const pen = {
    strokeStyle: "",
    lineWidth: 0,
    beginPath() {},
    moveTo() {},
    lineTo() {},
    fill() {},
    setLineDash() {},
    stroke: () => strokes.push([pen.strokeStyle, pen.lineWidth]),
  };
  for (const rule of rules.filter(({ filter }) => filter?.(zoom, feature) ?? true))
    rule.symbolizer.draw(pen as unknown as CanvasRenderingContext2D, feature.geom, zoom, feature);
  return strokes;
}

beforeEach(() => {
  loadPage({ style });
  hideShapes(() => false);
});

describe("borders", () => {
  const levels = ["city", "district", "subdistrict", "community"] as const;
  const bordered = (zoom: number) => levels.filter((level) => painted(paintRules.borders(), "areas", zoom, { level }));

  test("are those of the level shown and of the levels above it", () => {
    for (const [index, level] of levels.entries()) {
      state.areaLevel = level;
      expect(bordered(10)).toEqual(levels.slice(0, index + 1));
    }
  });

  test("are those of all levels where buildings are shown", () => {
    state.areaLevel = "district";
    expect(bordered(14)).toEqual(levels);
  });

  test("are wider and of another colour around the selected area", () => {
    const props = { code: "230402", level: "district" };
    state.areaLevel = "district";
    expect(strokes(paintRules.borders(), 10, props)).toEqual([["#000002", 2.4]]);
    state.selected = "230402";
    expect(strokes(paintRules.borders(), 10, props)).toEqual([["#0000ff", 3.5]]);
  });
});

describe("buildings", () => {
  const outlineOf = (props: object) => strokes(paintRules.buildings().slice(0, 2), 17, props);

  test("are painted by one rule each, from the zoom of buildings on", () => {
    const rules = paintRules.buildings();
    for (const props of [{ covered: true }, { covered: false }, { manager_kind: "property_firm" }, { code: "1" }]) {
      expect(painted(rules, "buildings", 14, props)).toBe(1);
      expect(painted(rules, "buildings", 13, props)).toBe(0);
    }
  });

  test("that the filter hides are not painted where colours tell coverage", () => {
    state.hidden.standing = new Set(["lapsed"]);
    const lapsed = { covered: false, reason: "lapsed" };
    expect(painted(paintRules.buildings(), "buildings", 15, lapsed)).toBe(0);
    expect(painted(paintRules.buildings(), "buildings", 15, { covered: true })).toBe(1);
  });

  test("that gained or lost coverage have an outline of their own, which a selection replaces", () => {
    state.changes = new Map([["1", "gained"]]);
    expect(outlineOf({ code: "1", covered: true })).toEqual([["#00aa00", 2.6]]);
    state.selected = "1";
    expect(outlineOf({ code: "1", covered: true })).toEqual([["#0000ff", 3.5]]);
  });

  test("are counted in tiles that have too many of them, unless a filter makes the count wrong", () => {
    expect(painted(paintRules.buildings(), "clusters", 14, {})).toBe(1);
    state.hidden.use = new Set(["office"]);
    expect(painted(paintRules.buildings(), "clusters", 14, {})).toBe(0);
  });
});

describe("issues", () => {
  const statuses = ["open", "in_progress", "resolved", "closed"];
  const issue = (status: string): IssueProps => ({ ref: "1", category: "noise", status, reported_at: "2024-06-01" });

  test("are painted once at each zoom, from clusters or one by one", () => {
    loadPage({ style, kind: "issues" });
    const rules = paintRules.issues();
    for (const status of statuses) {
      for (let zoom = 10; zoom <= 18; zoom++) {
        expect(painted(rules, "issues", zoom, issue(status), "clusters")).toBe(zoom < 16 ? 1 : 0);
        expect(painted(rules, "issues", zoom, issue(status))).toBe(zoom < 16 ? 0 : 1);
      }
    }
  });

  test("in a cluster are painted as one symbol below the zoom of single issues", () => {
    loadPage({ style, kind: "issues" });
    const cluster = { cluster: 12, unsettled: 3, radius: 15 };
    expect(painted(paintRules.issues(), "issues", 15, cluster, "clusters")).toBe(1);
    expect(painted(paintRules.issues(), "issues", 16, cluster, "clusters")).toBe(0);
  });

  test("of a hidden status are not painted", () => {
    loadPage({ style, kind: "issues" });
    state.hidden.status = new Set(["closed"]);
    expect(statuses.map((status) => painted(paintRules.issues(), "issues", 17, issue(status)))).toEqual([1, 1, 1, 0]);
  });
});

describe("the choropleth", () => {
  test("is of areas of the level shown, or of grids", () => {
    const counts = (level: string) => {
      const rules = paintRules.shade(DAY);
      return [painted(rules, "areas", 12, { level }, "areas"), painted(rules, "grids", 12, { code: "1" }, "grids")];
    };
    state.areaLevel = "subdistrict";
    expect(counts("subdistrict")).toEqual([1, 0]);
    expect(counts("community")).toEqual([0, 0]);
    state.level = "grid";
    expect(counts("subdistrict")).toEqual([0, 1]);
  });
});

test("grids that the page hides are not painted", () => {
  hideShapes(({ code }) => code === "1");
  const rules = paintRules.grids();
  expect(painted(rules, "grids", 15, { code: "1" })).toBe(0);
  expect(painted(rules, "grids", 15, { code: "2" })).toBe(1);
  expect(painted(rules, "grids", 13, { code: "2" })).toBe(0);
});
