import { beforeEach, describe, expect, test, vi } from "vitest";
import { type PackedLayer, state } from "../../../../maps/frontend/core/store.ts";
import { inView, namedRows, nameOf, whenStill } from "../../../../maps/frontend/map/features_in_view.ts";
import { loadPage } from "../page_config.ts";
import { style } from "./map_style.ts";

/** Returns a map whose view is a box in degrees, and a function that ends a movement of it. */
function mapOf(west: number, south: number, east: number, north: number) {
  const ended: (() => void)[] = [];
  const bounds = { getWest: () => west, getSouth: () => south, getEast: () => east, getNorth: () => north };
  const map = {
    getBounds: () => bounds,
    getZoom: () => 14,
    on: (_event: string, callback: () => void) => ended.push(callback),
  };
  const move = () => {
    for (const callback of ended) callback();
  };
  return { map: map as unknown as L.Map, move };
}

const POINTS: [lon: number, lat: number][] = [
  [130.1, 47.1],
  [130.2, 47.2],
  [130.9, 47.9],
];

/** Points as a stand-alone page packs them: differences of millionths of a degree. */
const packed = (columns: PackedLayer["columns"]): PackedLayer => ({
  count: POINTS.length,
  columns,
  geometry: {
    types: 1,
    parts: POINTS.map(() => 1),
    sizes: POINTS.map(() => 1),
    deltas: POINTS.flatMap(([lon, lat], index) => {
      const [beforeLon, beforeLat] = index ? POINTS[index - 1] : [0, 0];
      return [Math.round((lon - beforeLon) * 1e6), Math.round((lat - beforeLat) * 1e6)];
    }),
  },
});

beforeEach(() =>
  loadPage(
    { style, language: "en" },
    {
      buildings: packed({ code: ["1", "2", "3"] }),
      issues: packed({ ref: ["i1", "i1", "i3"] }),
      areas: packed({ code: ["a", "b", "c"], name_en: ["Alpha", "Beta", "Gamma"] }),
    },
  ),
);

describe("the features in view", () => {
  test("are those whose box the view intersects, with the middle of the box", async () => {
    const { map } = mapOf(130.15, 47.15, 131, 47.5);
    const [building, ...others] = (await inView(map, "buildings"))!;
    expect(others).toEqual([]);
    expect(building.props.code).toBe("2");
    expect(building.lon).toBeCloseTo(130.2, 9);
    expect(building.lat).toBeCloseTo(47.2, 9);
  });

  test("are listed once, though several tiles have them", async () => {
    const { map } = mapOf(130, 47, 131, 48);
    expect((await inView(map, "issues"))!.map(({ props }) => props.ref)).toEqual(["i1", "i3"]);
  });

  test("are unknown when loading fails", async () => {
    loadPage({ style });
    vi.stubGlobal("fetch", async () => new Response("broken", { status: 500 }));
    const { map } = mapOf(130.15, 47.15, 130.16, 47.16);
    expect(await inView(map, "buildings", state.on)).toBeNull();
  });
});

describe("English names", () => {
  test("of areas in view complete rows of figures, which keep their own values", async () => {
    const { map } = mapOf(130, 47, 130.5, 48);
    const rows = await namedRows(map, "district", [
      { code: "a", rate: 0.5 },
      { code: "b", name_en: "B" },
      { code: "c", rate: 1 },
    ]);
    expect(rows.map(({ name_en }) => name_en)).toEqual(["Alpha", "B", undefined]);
    expect(rows[0]).toMatchObject({ code: "a", rate: 0.5 });
    expect(nameOf("a")).toBe("Alpha");
  });
});

test("a map is still 150 milliseconds after its last movement", () => {
  vi.useFakeTimers();
  const { map, move } = mapOf(0, 0, 1, 1);
  const still = vi.fn();
  whenStill(map, still);
  move();
  vi.advanceTimersByTime(149);
  move();
  vi.advanceTimersByTime(149);
  expect(still).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(still).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});
