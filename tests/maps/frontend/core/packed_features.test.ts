import { describe, expect, test } from "vitest";
import { corner, project, unpack } from "../../../../maps/frontend/core/packed_features.ts";
import type { PackedLayer } from "../../../../maps/frontend/core/store.ts";

const SCALE = 1e6;

type Location = [lon: number, lat: number];

/* Encodes locations as the differences in millionths of a degree from each to the next, the first from 0, 0. */
function encode(locations: Location[]): number[] {
  let [lastLon, lastLat] = [0, 0];
  return locations.flatMap(([lon, lat]) => {
    const [x, y] = [Math.round(lon * SCALE), Math.round(lat * SCALE)];
    const step = [x - lastLon, y - lastLat];
    [lastLon, lastLat] = [x, y];
    return step;
  });
}

const square: Location[] = [
  [130, 47],
  [130, 48],
  [131, 48],
  [131, 47],
];

const points = (columns: PackedLayer["columns"], count: number): PackedLayer => ({
  count,
  columns,
  geometry: {
    types: 1,
    parts: Array(count).fill(1),
    sizes: Array(count).fill(1),
    deltas: encode(Array.from({ length: count }, (_, index): Location => [130 + index, 47])),
  },
});

const propsOf = (columns: PackedLayer["columns"], count: number) =>
  unpack<Record<string, unknown>>(points(columns, count)).map(({ props }) => props);

describe("the projection", () => {
  test("puts the equator and the prime meridian in the middle", () => {
    expect(project(0, 0)).toEqual({ x: 0.5, y: 0.5 });
  });

  test("puts the edges of the square world at 180° and at atan(sinh(π))", () => {
    const north = (Math.atan(Math.sinh(Math.PI)) * 180) / Math.PI;
    expect(project(180, north).x).toBeCloseTo(1, 12);
    expect(project(180, north).y).toBeCloseTo(0, 12);
    expect(project(-180, -north).x).toBeCloseTo(0, 12);
    expect(project(-180, -north).y).toBeCloseTo(1, 12);
  });

  test("is inverted by the inverse formula of Mercator", () => {
    for (let lat = -85; lat <= 85; lat += 0.5) {
      const { y } = project(0, lat);
      expect((Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI).toBeCloseTo(lat, 9);
    }
  });
});

describe("columns", () => {
  test("list their values, without those that are null", () => {
    expect(propsOf({ code: ["a", "b"], floors: [6, null] }, 2)).toEqual([{ code: "a", floors: 6 }, { code: "b" }]);
  });

  test("refer to values that repeat", () => {
    const use = { index: [1, 0, 1], values: ["school", "housing"] };
    expect(propsOf({ use }, 3).map((props) => props.use)).toEqual(["housing", "school", "housing"]);
  });

  test("add up differences in minutes to timestamps", () => {
    const first = Date.UTC(2024, 0, 1) / 60000;
    const reported = propsOf({ reported_at: { minutes: [first, 90, -30] } }, 3).map((props) => props.reported_at);
    expect(reported).toEqual(["2024-01-01T00:00:00.000Z", "2024-01-01T01:30:00.000Z", "2024-01-01T01:00:00.000Z"]);
  });
});

describe("geometry", () => {
  test("closes the rings of a polygon, and has its box in degrees and its extent in Mercator", () => {
    const geometry = { types: 3 as const, parts: [1], sizes: [4], deltas: encode(square) };
    const [feature] = unpack({ count: 1, columns: {}, geometry });
    expect(feature.type).toBe(3);
    expect(feature.rings[0]).toHaveLength(5);
    expect(feature.rings[0][4]).toEqual(feature.rings[0][0]);
    expect(feature.box).toEqual([130, 47, 131, 48]);
    const [low, high] = [project(130, 48), project(131, 47)];
    expect(feature.extent).toEqual({ minX: low.x, minY: low.y, maxX: high.x, maxY: high.y });
    expect(feature.anchor).toBeNull();
  });

  test("distributes parts and types among features", () => {
    const line: Location[] = [
      [130.5, 47.5],
      [130.6, 47.6],
    ];
    const geometry = {
      types: [3, 2] as (1 | 2 | 3)[],
      parts: [2, 1],
      sizes: [4, 3, 2],
      deltas: encode([...square, [132, 47], [132, 48], [133, 47], ...line]),
    };
    const features = unpack({ count: 2, columns: {}, geometry });
    expect(features.map(({ type }) => type)).toEqual([3, 2]);
    expect(features.map(({ rings }) => rings.map((ring) => ring.length))).toEqual([[5, 4], [2]]);
    expect(features[1].box).toEqual([130.5, 47.5, 130.6, 47.6]);
  });

  test("returns any location within half a quantization step", () => {
    const locations = Array.from(
      { length: 200 },
      (_, index): Location => [((index * 137.508) % 360) - 180, ((index * 73.13) % 170) - 85],
    );
    const ones = Array(locations.length).fill(1);
    const geometry = { types: 1 as const, parts: ones, sizes: ones, deltas: encode(locations) };
    unpack({ count: locations.length, columns: {}, geometry }).forEach(({ box }, index) => {
      expect(Math.abs(box[0] - locations[index][0])).toBeLessThanOrEqual(0.51 / SCALE);
      expect(Math.abs(box[1] - locations[index][1])).toBeLessThanOrEqual(0.51 / SCALE);
    });
  });

  test("has the label point of each feature", () => {
    const labels = encode([
      [130.25, 47.25],
      [131.75, 47.75],
    ]);
    const features = unpack({ ...points({}, 2), labels });
    expect(features.map(({ anchor }) => anchor)).toEqual([
      [130.25, 47.25],
      [131.75, 47.75],
    ]);
  });
});

test("a point of a tile changes in place, as protomaps-leaflet expects, and its clone does not", () => {
  const point = corner(1, 2);
  const copy = point.clone();
  expect(point.mult(3).add({ x: 1, y: 1 })).toBe(point);
  expect([point.x, point.y]).toEqual([4, 7]);
  expect([copy.x, copy.y]).toEqual([1, 2]);
});
