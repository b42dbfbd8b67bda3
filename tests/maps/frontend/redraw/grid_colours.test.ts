import { describe, expect, test } from "vitest";
import type { Box } from "../../../../maps/frontend/core/types.ts";
import { assignColours } from "../../../../maps/frontend/redraw/grid_colours.ts";
import { seeded } from "./random_polygons.ts";

const palette = ["red", "green", "blue", "yellow", "purple", "orange", "pink", "brown", "grey"];

/* Squares with shared sides: each has at most eight neighbours. */
const squares = (columns: number, rows: number) =>
  new Map(
    Array.from({ length: columns * rows }, (_, index): [string, { extent: Box }] => {
      const [x, y] = [index % columns, Math.floor(index / columns)];
      return [`${x} ${y}`, { extent: [x, y, x + 1, y + 1] }];
    }),
  );

const areNeighbours = (a: string, b: string) => {
  const [[ax, ay], [bx, by]] = [a, b].map((code) => code.split(" ").map(Number));
  return a !== b && Math.abs(ax - bx) <= 1 && Math.abs(ay - by) <= 1;
};

describe("colours of grids", () => {
  test("differ between neighbours if there are more colours than neighbours", () => {
    const random = seeded(7);
    for (let round = 0; round < 20; round++) {
      const grids = new Map([...squares(7, 6)].sort(() => random() - 0.5));
      const colours = new Map<string, string>();
      assignColours(colours, grids, palette);
      expect(colours.size).toBe(42);
      for (const a of grids.keys()) {
        for (const b of grids.keys()) if (areNeighbours(a, b)) expect(colours.get(a)).not.toBe(colours.get(b));
      }
    }
  });

  test("are used about equally often where any would do", () => {
    const apart = new Map(
      Array.from({ length: 90 }, (_, index): [string, { extent: Box }] => [
        String(index),
        { extent: [2 * index, 0, 2 * index + 1, 1] },
      ]),
    );
    const colours = new Map<string, string>();
    assignColours(colours, apart, palette);
    for (const colour of palette) expect([...colours.values()].filter((used) => used === colour)).toHaveLength(10);
  });

  test("stay while grids are added, and go with their grids", () => {
    const colours = new Map<string, string>();
    assignColours(colours, squares(3, 3), palette);
    const first = new Map(colours);
    assignColours(colours, squares(5, 3), palette);
    for (const [code, colour] of first) expect(colours.get(code)).toBe(colour);
    assignColours(colours, squares(2, 2), palette);
    expect(new Set(colours.keys())).toEqual(new Set(squares(2, 2).keys()));
  });

  test("repeat among neighbours only as often as needed", () => {
    const colours = new Map<string, string>();
    assignColours(colours, squares(2, 2), ["red", "green"]);
    expect([...colours.values()].sort()).toEqual(["green", "green", "red", "red"]);
  });
});
