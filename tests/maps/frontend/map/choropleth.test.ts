import { beforeEach, describe, expect, test } from "vitest";
import { mapStyle, state } from "../../../../maps/frontend/core/store.ts";
import {
  classOpacity,
  loadColour,
  quantileBounds,
  rateColour,
  showsGrids,
  tellsCoverage,
  tint,
} from "../../../../maps/frontend/map/choropleth.ts";
import { loadPage } from "../page_config.ts";
import { randomNumbers, style } from "./map_style.ts";

beforeEach(() => loadPage({ style }));

describe("the colour of a coverage rate", () => {
  test("is that of the highest class that begins at or below it", () => {
    expect([0, 0.49, 0.5, 0.89, 0.9, 1].map(rateColour)).toEqual([
      "#100000",
      "#100000",
      "#200000",
      "#200000",
      "#300000",
      "#300000",
    ]);
  });

  test("tells an unknown rate from a rate of zero", () => {
    expect(rateColour(null)).toBe("#bbbbbb");
    expect(rateColour(undefined)).toBe("#bbbbbb");
  });
});

describe("quantile bounds", () => {
  test("put the same number of different values into each class", () => {
    const random = randomNumbers(1);
    for (let round = 0; round < 50; round++) {
      const size = 1 + Math.floor(random() * 40);
      const values = new Set<number>();
      while (values.size < 4 * size) values.add(1 + Math.floor(random() * 100000));
      state.classes = quantileBounds([...values]);
      const perColour = new Map<string, number>();
      for (const value of values) perColour.set(loadColour(value), (perColour.get(loadColour(value)) ?? 0) + 1);
      expect([...perColour.values()]).toEqual([size, size, size, size]);
      expect(perColour.size).toBe(mapStyle.loads.length);
    }
  });

  test("ignore unknown values and are never zero or repeated", () => {
    expect(quantileBounds([null, 0, 0, 0, 0, 5, undefined, 5, 5, 5])).toEqual([5]);
    expect(quantileBounds([])).toEqual([]);
  });
});

describe("a class colour on the map", () => {
  test("is mixed with the colour of land by the opacity of the zoom", () => {
    expect(tint("#204060", 10)).toBe("#204060");
    expect(tint("#204060", 14)).toBe("#90a0b0");
    expect(tint("#204060", 16)).toBe("#ffffff");
  });

  test("has another opacity where grids are coloured by load", () => {
    loadPage({ style, kind: "grids" });
    expect([10, 14, 16].map(classOpacity)).toEqual([0.8, 0.4, 0.2]);
    state.measure = "rate";
    expect([10, 14, 16].map(classOpacity)).toEqual([1, 0.5, 0]);
  });
});

describe("what the page shows", () => {
  test("is grids on their page, and on the coverage page at their level", () => {
    expect(showsGrids()).toBe(false);
    state.level = "grid";
    expect(showsGrids()).toBe(true);
    loadPage({ style, kind: "grids" });
    expect(showsGrids()).toBe(true);
    loadPage({ style, kind: "issues" });
    state.level = "grid";
    expect(showsGrids()).toBe(false);
  });

  test("tells coverage except with issues and with grids coloured by load", () => {
    expect(tellsCoverage()).toBe(true);
    loadPage({ style, kind: "issues" });
    expect(tellsCoverage()).toBe(false);
    loadPage({ style, kind: "grids" });
    expect(tellsCoverage()).toBe(false);
    state.measure = "rate";
    expect(tellsCoverage()).toBe(true);
  });
});
