import { describe, expect, test } from "vitest";
import type { Box } from "../../../../maps/frontend/core/types.ts";
import {
  borderLines,
  boxContains,
  boxesIntersect,
  contains,
  extent,
  type LonLat,
  labelPoint,
  type PolygonGeometry,
  polygonsOf,
  toBounds,
  touchesEllipse,
} from "../../../../maps/frontend/redraw/geometry.ts";
import { type Random, seeded, starPolygons, toGeometry } from "./random_polygons.ts";

/* How often a ring winds around a point: the sum of the angles under which the point sees its sides. */
function windings(ring: readonly LonLat[], [x, y]: LonLat) {
  let angle = 0;
  for (let index = 0; index + 1 < ring.length; index++) {
    const [ax, ay] = [ring[index][0] - x, ring[index][1] - y];
    const [bx, by] = [ring[index + 1][0] - x, ring[index + 1][1] - y];
    angle += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  }
  return Math.round(angle / (2 * Math.PI));
}

/* In the outer ring of a polygon and in none of its holes. */
const isInside = (polygons: readonly (readonly (readonly LonLat[])[])[], point: LonLat) =>
  polygons.some(
    ([outer, ...holes]) => windings(outer, point) !== 0 && holes.every((hole) => windings(hole, point) === 0),
  );

const square = (x: number, y: number, size = 1): LonLat[] => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
  [x, y],
];

const randomPoint = (random: Random): LonLat => [128 + random() * 12, 45.4 + random() * 3.2];

describe("a point", () => {
  test("is contained where the winding number says so, in polygons with holes and in several polygons", () => {
    const random = seeded(1);
    const counts = { inside: 0, outside: 0, holes: 0 };
    for (let round = 0; round < 200; round++) {
      const polygons = starPolygons(random);
      const geometry = toGeometry(polygons);
      for (let sample = 0; sample < 60; sample++) {
        const near = polygons[0][0][0]; // so that many points lie close to a border
        const point: LonLat = sample % 2 ? randomPoint(random) : [near[0] + random() - 0.5, near[1] + random() - 0.5];
        const expected = isInside(polygons, point);
        expect(contains(geometry, point)).toBe(expected);
        counts[expected ? "inside" : "outside"] += 1;
      }
      const hole = polygons[0][1];
      if (hole) {
        expect(contains(geometry, [130, 47])).toBe(false); // the center, which the hole surrounds
        counts.holes += 1;
      }
    }
    expect(Math.min(counts.inside, counts.outside)).toBeGreaterThan(1000);
    expect(counts.holes).toBeGreaterThan(50);
  });

  test("at the latitude of a corner is not counted twice", () => {
    const diamond = toGeometry([
      [
        [
          [0, 1],
          [1, 0],
          [2, 1],
          [1, 2],
          [0, 1],
        ],
      ],
    ]);
    expect(contains(diamond, [1, 1])).toBe(true);
    expect(contains(diamond, [-1, 1])).toBe(false);
    expect(contains(diamond, [3, 1])).toBe(false);
    expect(contains(diamond, [-1, 2])).toBe(false);
    expect(contains(diamond, [-1, 0])).toBe(false);
  });

  test("on a shared border belongs to exactly one of the squares around it", () => {
    const squares = [0, 1, 2].flatMap((x) => [0, 1, 2].map((y) => toGeometry([[square(x, y)]])));
    const points: LonLat[] = [
      [1, 0.5],
      [0.5, 1],
      [1, 1],
      [2, 1],
      [1.5, 2],
    ];
    for (const point of points) expect(squares.filter((geometry) => contains(geometry, point))).toHaveLength(1);
  });

  test("is not contained in a geometry without polygons", () => {
    const point = { type: "Point", coordinates: [1, 1] } as unknown as PolygonGeometry; // as JSON may have it
    expect(contains(point, [1, 1])).toBe(false);
    expect(polygonsOf(point)).toEqual([]);
  });
});

describe("an extent", () => {
  test("is the smallest box with every corner", () => {
    const random = seeded(2);
    for (let round = 0; round < 100; round++) {
      const polygons = starPolygons(random);
      const box = extent(toGeometry(polygons));
      const corners = polygons.flat(2);
      expect(corners.every((corner) => boxContains(box, corner))).toBe(true);
      const [lons, lats] = [corners.map(([lon]) => lon), corners.map(([, lat]) => lat)];
      expect(lons).toContain(box[0]);
      expect(lats).toContain(box[1]);
      expect(lons).toContain(box[2]);
      expect(lats).toContain(box[3]);
    }
  });

  test("becomes the corners of Leaflet, latitude first", () => {
    expect(toBounds([130, 47, 131, 48])).toEqual([
      [47, 130],
      [48, 131],
    ]);
  });
});

describe("two boxes", () => {
  test("intersect where they have a point in common", () => {
    const random = seeded(3);
    const integer = () => Math.floor(random() * 6);
    const randomBox = (): Box => {
      const [west, south] = [integer(), integer()];
      return [west, south, west + integer(), south + integer()];
    };
    let hits = 0;
    for (let round = 0; round < 2000; round++) {
      const [a, b] = [randomBox(), randomBox()];
      // Boxes of integers that intersect have a corner of integers in common.
      let expected = false;
      for (let x = 0; x <= 12; x++) {
        for (let y = 0; y <= 12; y++) expected ||= boxContains(a, [x, y]) && boxContains(b, [x, y]);
      }
      expect(boxesIntersect(a, b)).toBe(expected);
      hits += Number(expected);
    }
    expect(hits).toBeGreaterThan(200);
    expect(hits).toBeLessThan(1800);
  });
});

describe("the ellipse in a box touches", () => {
  const twoSquares = toGeometry([[square(0, 0)], [square(5, 5)]]);

  test("a geometry around its middle, and one whose corner or side comes into it", () => {
    expect(touchesEllipse(twoSquares, [0.2, 0.2, 0.8, 0.8])).toBe(true); // around the middle
    expect(touchesEllipse(twoSquares, [0.8, 0.8, 2, 2])).toBe(true); // a corner
    expect(touchesEllipse(twoSquares, [0.9, 0.4, 1.3, 0.6])).toBe(true); // a side without a corner
  });

  test("no geometry that comes only into a corner of the box, or not at all", () => {
    expect(touchesEllipse(twoSquares, [0.95, 0.95, 2, 2])).toBe(false);
    expect(touchesEllipse(twoSquares, [2, 2, 4, 4])).toBe(false);
  });
});

describe("the label point", () => {
  test("lies inside concave polygons, polygons with holes and several polygons", () => {
    const random = seeded(4);
    for (let round = 0; round < 500; round++) {
      const polygons = starPolygons(random);
      expect(isInside(polygons, labelPoint(toGeometry(polygons)))).toBe(true);
    }
  });

  test("is the middle of the widest section at half height", () => {
    const random = seeded(5);
    for (let round = 0; round < 200; round++) {
      // Columns of width 1 that stand side by side, the highest of height 8.
      const heights = Array.from({ length: 12 }, () => 1 + Math.floor(random() * 8));
      heights[Math.floor(random() * heights.length)] = 8;
      const tops = heights.flatMap((height, x): LonLat[] => [
        [x, height],
        [x + 1, height],
      ]);
      const columns: LonLat[] = [[0, 0], ...tops, [heights.length, 0], [0, 0]];
      // At half height the sections are the runs of columns that are higher.
      const runs = heights.map((height) => (height > 4 ? "#" : " ")).join("");
      const widest = Math.max(...runs.split(/ +/).map((run) => run.length));
      const expected = runs.indexOf("#".repeat(widest)) + widest / 2;
      const [lon, lat] = labelPoint(toGeometry([[columns]]));
      expect(lon).toBeCloseTo(expected);
      expect(lat).toBeCloseTo(4);
    }
  });

  test("does not lie on a border at half height", () => {
    const bracket: LonLat[] = [
      [0, 0],
      [1, 0],
      [1, 1],
      [4, 1],
      [4, 2],
      [0, 2],
      [0, 0],
    ];
    const [lon, lat] = labelPoint(toGeometry([[bracket]]));
    expect(lon).toBe(2);
    expect(lat).toBeGreaterThan(1);
  });

  test("lies in an arm of a U, whose middle is outside", () => {
    const corners: LonLat[] = [
      [0, 0],
      [6, 0],
      [6, 4],
      [4, 4],
      [4, 1],
      [1, 1],
      [1, 4],
      [0, 4],
      [0, 0],
    ];
    const [lon, lat] = labelPoint(toGeometry([[corners]]));
    expect(lon).toBeCloseTo(5);
    expect(lat).toBeCloseTo(2);
  });

  test("lies inside where corners are at half height", () => {
    const diamond: LonLat[] = [
      [0, 1],
      [1, 0],
      [2, 1],
      [1, 2],
      [0, 1],
    ];
    expect(isInside([[diamond]], labelPoint(toGeometry([[diamond]])))).toBe(true);
  });
});

describe("border lines", () => {
  const key = (a: readonly number[], b: readonly number[]) => [a.join(","), b.join(",")].sort().join(" ");
  const sides = (line: readonly (readonly number[])[]) =>
    line.slice(1).map((corner, index) => key(line[index], corner));

  test("have every side of the polygons exactly once", () => {
    const random = seeded(6);
    for (let round = 0; round < 50; round++) {
      const [columns, rows] = [1 + Math.floor(random() * 5), 1 + Math.floor(random() * 5)];
      const rings = Array.from({ length: columns * rows }, (_, index) => {
        const ring = square(index % columns, Math.floor(index / columns));
        return random() < 0.5 ? ring.reverse() : ring;
      });
      const lines = borderLines(rings.map((ring) => toGeometry([[ring]]))).flatMap(sides);
      expect(new Set(lines).size).toBe(lines.length);
      expect(new Set(lines)).toEqual(new Set(rings.flatMap(sides)));
      expect(lines).toHaveLength(columns * (rows + 1) + rows * (columns + 1)); // of a lattice
    }
  });

  test("of one polygon are its whole rings, holes included", () => {
    const [outer, hole] = [square(0, 0, 3), square(1, 1)];
    expect(borderLines([toGeometry([[outer, hole]])])).toEqual([outer, hole]);
  });

  test("of two neighbours leave the shared border out of the second", () => {
    const lines = borderLines([toGeometry([[square(0, 0)]]), toGeometry([[square(1, 0)]])]);
    expect(lines).toEqual([
      square(0, 0),
      [
        [1, 0],
        [2, 0],
        [2, 1],
        [1, 1],
      ],
    ]);
  });

  test("of no polygons are none", () => {
    expect(borderLines([])).toEqual([]);
  });
});
