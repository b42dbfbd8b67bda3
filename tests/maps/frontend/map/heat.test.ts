import { beforeEach, expect, test } from "vitest";
import type { IssueProps } from "../../../../maps/frontend/core/types.ts";
import { HeatSource, heatClasses, heatColour } from "../../../../maps/frontend/map/heat.ts";
import { type HeatProps, propsOf } from "../../../../maps/frontend/map/tile_features.ts";
import { loadPage } from "../page_config.ts";
import { cacheOf, pointFeature, randomNumbers, style } from "./map_style.ts";

beforeEach(() => loadPage({ style, kind: "issues" }));

const issue = (count?: number): IssueProps => ({ ref: "1", category: "noise", status: "open", reported_at: "", count });

test("the classes of every zoom follow each other without a gap, and the last one is open", () => {
  for (let zoom = 8; zoom <= 16; zoom++) {
    const classes = heatClasses(zoom);
    expect(classes[0].from).toBe(1);
    for (const [index, { from }] of classes.slice(1).entries()) expect(from).toBe(classes[index].to! + 1);
    expect(classes.at(-1)!.to).toBeNull();
  }
});

test("a count has the colour of the class that contains it", () => {
  for (const zoom of [10, 13, 14, 16]) {
    for (const { colour, from, to } of heatClasses(zoom)) {
      expect(heatColour(zoom, from)).toBe(colour);
      expect(heatColour(zoom, to ?? 10 * from)).toBe(colour);
    }
  }
});

test("cells contain every issue shown of the tile once, in the cell where it is", async () => {
  const random = randomNumbers(2);
  const points = Array.from({ length: 400 }, () =>
    pointFeature(random() * 700 - 100, random() * 700 - 100, issue(random() < 0.5 ? undefined : 3)),
  );
  const inside = points.filter(({ geom: [[{ x, y }]] }) => x >= 0 && y >= 0 && x < 512 && y < 512);
  const source = new HeatSource("issues", cacheOf("issues", points), () => true);
  const cells = (await source.get({ z: 11, x: 0, y: 0 }, 512)).get("heat")!;
  for (const cell of cells) {
    const { minX, minY, maxX, maxY } = cell.bbox;
    expect([maxX - minX, maxY - minY]).toEqual([32, 32]);
    const inCell = inside.filter(({ geom: [[{ x, y }]] }) => x >= minX && x < maxX && y >= minY && y < maxY);
    const count = inCell.reduce((sum, { props }) => sum + (props.count ?? 1), 0);
    expect(propsOf<HeatProps>(cell).heat).toBe(count);
  }
  expect(new Set(cells.map(({ bbox }) => `${bbox.minX} ${bbox.minY}`)).size).toBe(cells.length);
  const total = inside.reduce((sum, { props }) => sum + (props.count ?? 1), 0);
  expect(cells.reduce((sum, cell) => sum + propsOf<HeatProps>(cell).heat, 0)).toBe(total);
});

test("cells leave out issues that the filter hides", async () => {
  const points = [pointFeature(1, 1, issue()), pointFeature(2, 2, { ...issue(), category: "waste" })];
  const source = new HeatSource("issues", cacheOf("issues", points), ({ category }) => category !== "waste");
  const cells = (await source.get({ z: 11, x: 0, y: 0 }, 512)).get("heat")!;
  expect(cells.map((cell) => propsOf<HeatProps>(cell).heat)).toEqual([1]);
});
