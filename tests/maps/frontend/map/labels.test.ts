import type { Layout } from "protomaps-leaflet";
import { beforeEach, expect, test } from "vitest";
import { state } from "../../../../maps/frontend/core/store.ts";
import { type LabelLine, labelSymbol } from "../../../../maps/frontend/map/labels.ts";
import { clusterSymbol } from "../../../../maps/frontend/map/symbols.ts";
import { loadPage } from "../page_config.ts";
import { featureOf, style } from "./map_style.ts";

beforeEach(() => loadPage({ style }));

/** A canvas whose characters are as wide as half their size, and what is written on it, in order. */
function canvas() {
  const written: { kind: "halo" | "text"; text: string; y: number }[] = [];
  const pen = {
    font: "",
    measureText: (text: string) => ({ width: (text.length * Number(/([\d.]+)px/.exec(pen.font)![1])) / 2 }),
    strokeText: (text: string, _x: number, y: number) => written.push({ kind: "halo", text, y }),
    fillText: (text: string, _x: number, y: number) => written.push({ kind: "text", text, y }),
    beginPath() {},
    arc() {},
    fill() {},
    stroke() {},
    setLineDash() {},
  };
  return { ctx: pen as unknown as CanvasRenderingContext2D, written };
}

const line = (text: string, size: number): LabelLine => ({ text, size, weight: 600, colour: "#000000" });

function place(lines: LabelLine[]) {
  const { ctx, written } = canvas();
  const layout = { zoom: 12, scratch: ctx } as Layout;
  const feature = featureOf({ name: "向阳区" }, 1);
  const [label] = labelSymbol(() => lines).place(layout, feature.geom, feature) ?? [];
  label?.draw(ctx);
  return { label, written };
}

test("the box of a label is centred on its anchor and as wide as its widest line", () => {
  const { label } = place([line("abcdefgh", 10), line("ab", 20)]);
  const { minX, minY, maxX, maxY } = label.bboxes[0];
  expect([minX + maxX, minY + maxY]).toEqual([0, 0]);
  expect(maxX - minX).toBe((8 * 10) / 2 + 8);
  expect(maxY - minY).toBe((10 + 20) * 1.25 + 4);
});

test("halos are behind all lines, and lines follow each other inside the box", () => {
  const { label, written } = place([line("first", 14), line("second", 11)]);
  expect(written.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "halo first",
    "halo second",
    "text first",
    "text second",
  ]);
  const [first, second] = written.slice(2);
  expect(second.y).toBeGreaterThan(first.y);
  expect(first.y).toBeGreaterThan(label.bboxes[0].minY);
  expect(second.y).toBeLessThan(label.bboxes[0].maxY);
});

test("a line without text takes no room, and there is no label without any text", () => {
  expect(place([line("name", 10), line("", 30)]).label.bboxes).toEqual(place([line("name", 10)]).label.bboxes);
  expect(place([line("", 10)]).label).toBeUndefined();
});

test("labels grow with the scale of symbols", () => {
  state.scale = 1.25;
  const { minY, maxY } = place([line("name", 12)]).label.bboxes[0];
  expect(maxY - minY).toBeCloseTo(12 * 1.25 * 1.25 + 4, 10);
});

test("a cluster has its number of issues, in thousands from one thousand on", () => {
  const text = (cluster: number) => {
    const { ctx, written } = canvas();
    const feature = featureOf({ cluster, unsettled: 1, radius: 20 }, 1);
    clusterSymbol().draw(ctx, feature.geom, 12, feature);
    return written.map((item) => item.text);
  };
  expect([7, 999, 1000, 12340].map(text)).toEqual([["7"], ["999"], ["1.0k"], ["12.3k"]]);
});
