import { describe, expect, test } from "vitest";
import { project } from "../../../../maps/frontend/core/packed_features.ts";
import { shiftedCells, TILE_SIZE, tileIndexes, toGcj02 } from "../../../../maps/frontend/map/gcj02.ts";
import { randomNumbers } from "./map_style.ts";

describe("GCJ-02", () => {
  test.each([
    // WGS 84 and GCJ-02 as the library eviltransform publishes them
    { wgs84: [121.5272106, 31.1774276], gcj02: [121.531541859215, 31.17530398364597] },
    { wgs84: [113.912316, 22.543847], gcj02: [113.9171764808363, 22.540796131694766] },
    { wgs84: [116.377817, 39.911954], gcj02: [116.38404722455657, 39.91334545536069] },
  ])("of $wgs84 is what another implementation returns", ({ wgs84: [lon, lat], gcj02 }) => {
    const [east, north] = toGcj02([lon, lat]);
    expect(east).toBeCloseTo(gcj02[0], 6);
    expect(north).toBeCloseTo(gcj02[1], 6);
  });

  test("equals WGS 84 outside the box around China", () => {
    for (const point of [
      [2.35, 48.85],
      [-74, 40.7],
      [150, -33.9],
      [100, 60],
    ] as const)
      expect(toGcj02(point)).toEqual([...point]);
  });
});

const tileAt = (lon: number, lat: number, z: number) => {
  const { x, y } = project(lon, lat);
  return { x: Math.floor(x * 2 ** z), y: Math.floor(y * 2 ** z), z };
};

describe("the cells of a shifted tile", () => {
  test("cover each pixel of the tile once", () => {
    for (const z of [5, 10, 14, 17, 19]) {
      const cells = shiftedCells(tileAt(130.3, 47.35, z));
      const columns = new Set(cells.map(({ left }) => left));
      const rows = new Set(cells.map(({ top }) => top));
      expect(cells.length).toBe(columns.size * rows.size);
      expect(cells.reduce((sum, { width, height }) => sum + width * height, 0)).toBe(TILE_SIZE ** 2);
      for (const { left, top, width, height } of cells) {
        expect(left % width).toBe(0);
        expect(top % height).toBe(0);
      }
    }
  });

  test("have at their middle the content of its location in GCJ-02, within a metre", () => {
    const random = randomNumbers(4);
    for (let round = 0; round < 40; round++) {
      const z = 10 + Math.floor(random() * 8);
      const tile = tileAt(110 + random() * 20, 25 + random() * 20, z);
      const world = TILE_SIZE * 2 ** z;
      for (const { left, top, width, height, west, north, east, south } of shiftedCells(tile)) {
        const [x, y] = [tile.x * TILE_SIZE + left + width / 2, tile.y * TILE_SIZE + top + height / 2];
        const lon = (x / world - 0.5) * 360;
        const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / world))) * 180) / Math.PI;
        const expected = project(...toGcj02([lon, lat]));
        const metre = world / (40075017 * Math.cos((lat * Math.PI) / 180));
        expect(Math.abs((west + east) / 2 - expected.x * world)).toBeLessThan(metre);
        expect(Math.abs((north + south) / 2 - expected.y * world)).toBeLessThan(metre);
      }
    }
  });

  test("are whole pixels of the same size at high zooms, so that the map stays sharp", () => {
    for (const cell of shiftedCells(tileAt(130.3, 47.35, 19))) {
      expect([cell.east - cell.west, cell.south - cell.north]).toEqual([cell.width, cell.height]);
      expect(Number.isInteger(cell.west) && Number.isInteger(cell.north)).toBe(true);
    }
  });
});

test("a range of pixels lies in the tiles from its first to its last, without the one where it ends", () => {
  expect(tileIndexes([0, 256])).toEqual([0]);
  expect(tileIndexes([255.5, 256.5])).toEqual([0, 1]);
  expect(tileIndexes([700, 100])).toEqual([0, 1, 2]);
  expect(tileIndexes([-1, 1])).toEqual([-1, 0]);
});
