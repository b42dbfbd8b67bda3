import { expect, test } from "vitest";
import { crossesItself, geodesicLength, lineLength, ringArea } from "../../../../maps/frontend/core/geodesy.ts";

type Pair = [lon: number, lat: number];

const at = ([lon, lat]: Pair) => ({ lon, lat });

/* Lengths and areas by GeographicLib (pyproj.Geod, ellps="WGS84"). */
const LENGTHS: [Pair, Pair, number][] = [
  [[130.29, 47.35], [130.3, 47.36], 1344.1880014541919],
  [[130.1, 47.2], [130.6, 47.5], 50395.16034141038],
  [[130.3, 47.35], [130.3, 47.35], 0],
  [[130.3, 47.35], [130.30001, 47.35], 0.7555790605152835],
  [[-10, 0], [15, 0], 2782987.269831839],
  [[0, -30], [0, 60], 9974186.217430897],
  [[116.4, 39.9], [121.5, 31.2], 1069819.450792051],
];

test.each(LENGTHS)("the length from %j to %j is that of GeographicLib", (from, to, metres) => {
  expect(Math.abs(geodesicLength(at(from), at(to)) - metres)).toBeLessThan(0.001);
  expect(geodesicLength(at(to), at(from))).toBeCloseTo(geodesicLength(at(from), at(to)), 6);
});

test("nearly opposite points end the iteration", () => {
  expect(geodesicLength({ lon: 0, lat: 0 }, { lon: 179.7, lat: 0.5 })).toBeGreaterThan(19_000_000);
});

test("a line is as long as its parts", () => {
  const line = [at([130.29, 47.35]), at([130.3, 47.36]), at([130.31, 47.35])];
  expect(lineLength(line)).toBeCloseTo(geodesicLength(line[0], line[1]) + geodesicLength(line[1], line[2]), 9);
  expect(lineLength(line.slice(0, 1))).toBe(0);
  expect(lineLength([])).toBe(0);
});

const AREAS: [Pair[], number][] = [
  [
    [
      [130.29, 47.35],
      [130.3, 47.35],
      [130.3, 47.36],
      [130.29, 47.36],
    ],
    839956.5602798462,
  ],
  [
    [
      [130.1, 47.2],
      [130.6, 47.2],
      [130.45, 47.6],
    ],
    841939400.0405121,
  ],
  [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ],
    12308778361.469452,
  ],
  [
    [
      [130.3, 47.35],
      [130.3001, 47.35],
      [130.3001, 47.3501],
    ],
    42.00176300853491,
  ],
  [
    [
      [-70, -33.5],
      [-70.5, -33.4],
      [-70.2, -33.1],
      [-70.1, -33.3],
    ],
    929392520.6262894,
  ],
];

test.each(AREAS)("the area of %j is that of GeographicLib", (ring, squareMetres) => {
  const corners = ring.map(at);
  expect(Math.abs(ringArea(corners) / squareMetres - 1)).toBeLessThan(1e-4);
  expect(ringArea(corners.toReversed())).toBeCloseTo(ringArea(corners), 3);
});

test("a bow tie crosses itself, a square does not", () => {
  const square: Pair[] = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  expect(crossesItself(square.map(at))).toBe(false);
  expect(crossesItself([square[0], square[2], square[1], square[3]].map(at))).toBe(true);
});
