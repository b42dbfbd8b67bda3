/* The datum GCJ-02 of Chinese web maps, and where the content of WGS 84 tiles is among tiles in it. */

import { project } from "../core/packed_features.ts";

const [WEST, SOUTH, EAST, NORTH] = [72.004, 0.8293, 137.8347, 55.8271]; // the box where the two differ
const SEMI_MAJOR = 6378245; // metres
const ECCENTRICITY_SQUARED = 0.006693421622965943; // of the Krasovsky ellipsoid

type LonLat = readonly [lon: number, lat: number];

/** Returns a sum of sine waves by amplitude and half their length. */
const waves = (x: number, terms: readonly [amplitude: number, half: number][]) =>
  terms.reduce((sum, [amplitude, half]) => sum + amplitude * Math.sin((Math.PI * x) / half), 0);

/** The shift to the east in metres at x degrees east and y degrees north of 105° E, 35° N. */
const eastShift = (x: number, y: number) =>
  300 +
  x +
  2 * y +
  0.1 * x * x +
  0.1 * x * y +
  0.1 * Math.sqrt(Math.abs(x)) +
  (2 / 3) *
    (ripple(x) +
      waves(x, [
        [20, 1],
        [40, 3],
        [150, 12],
        [300, 30],
      ]));

/** The shift to the north in metres. */
const northShift = (x: number, y: number) =>
  -100 +
  2 * x +
  3 * y +
  0.2 * y * y +
  0.1 * x * y +
  0.2 * Math.sqrt(Math.abs(x)) +
  (2 / 3) *
    (ripple(x) +
      waves(y, [
        [20, 1],
        [40, 3],
        [160, 12],
        [320, 30],
      ]));

const ripple = (x: number) => 20 * Math.sin(6 * Math.PI * x) + 20 * Math.sin(2 * Math.PI * x);

/** Returns the GCJ-02 longitude and latitude of a WGS 84 point: geo/geometry/datums.py in JavaScript. */
export function toGcj02([lon, lat]: LonLat): [lon: number, lat: number] {
  if (lon < WEST || lon > EAST || lat < SOUTH || lat > NORTH) return [lon, lat];
  const [x, y] = [lon - 105, lat - 35];
  const phi = (lat * Math.PI) / 180;
  const curvature = 1 - ECCENTRICITY_SQUARED * Math.sin(phi) ** 2;
  const vertical = SEMI_MAJOR / Math.sqrt(curvature);
  const meridian = (vertical * (1 - ECCENTRICITY_SQUARED)) / curvature;
  const degrees = (metres: number, radius: number) => ((metres / radius) * 180) / Math.PI;
  return [lon + degrees(eastShift(x, y), vertical * Math.cos(phi)), lat + degrees(northShift(x, y), meridian)];
}

/** The pixels along the side of a tile. */
export const TILE_SIZE = 256;

const ROW_HEIGHT = 64; // pixels: over this height the shift is linear to some centimetres
const MAX_COLUMN_DEGREES = 0.003; // degrees of longitude: over this width the shift to the north changes by one metre
const WHOLE_PIXEL_ZOOM = 18; // from this zoom a pixel is so small that whole ones are exact enough, and stay sharp

/** Returns the width of the columns, in pixels, in which a tile of a zoom is shifted. */
function columnWidth(z: number): number {
  const fits = Math.floor(Math.log2((MAX_COLUMN_DEGREES / 360) * TILE_SIZE * 2 ** z));
  return 2 ** Math.min(Math.max(fits, 0), Math.log2(TILE_SIZE));
}

const lonLat = (x: number, y: number): LonLat => [
  (x - 0.5) * 360,
  (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI,
];

/** A part of a WGS 84 tile, in pixels of the tile, and where its content is, in pixels of the zoom.

    A tile has 256 pixels on a side at every zoom. */
export interface ShiftedCell {
  left: number;
  top: number;
  width: number;
  height: number;
  west: number;
  north: number;
  east: number;
  south: number;
}

/** Returns the cells of a WGS 84 tile, and where their content is among the GCJ-02 tiles of its zoom. */
export function shiftedCells({ x, y, z }: { x: number; y: number; z: number }): ShiftedCell[] {
  const world = TILE_SIZE * 2 ** z;
  const source = (left: number, top: number) => {
    const point = project(...toGcj02(lonLat((x * TILE_SIZE + left) / world, (y * TILE_SIZE + top) / world)));
    return [point.x * world, point.y * world];
  };
  const aligned = z < WHOLE_PIXEL_ZOOM ? (pixels: number) => pixels : Math.round;
  const width = columnWidth(z);
  const height = width === TILE_SIZE ? TILE_SIZE : ROW_HEIGHT;
  const cells: ShiftedCell[] = [];
  for (let left = 0; left < TILE_SIZE; left += width) {
    for (let top = 0; top < TILE_SIZE; top += height) {
      const [column, row] = [left + width / 2, top + height / 2];
      const [west, north] = [aligned(source(left, row)[0]), aligned(source(column, top)[1])];
      const [east, south] =
        z < WHOLE_PIXEL_ZOOM
          ? [source(left + width, row)[0], source(column, top + height)[1]]
          : [west + width, north + height];
      cells.push({ left, top, width, height, west, north, east, south });
    }
  }
  return cells;
}

/** Returns the indexes of the tiles that a range of pixels lies in. */
export function tileIndexes(pixels: readonly number[]): number[] {
  const first = Math.floor(Math.min(...pixels) / TILE_SIZE);
  const last = Math.ceil(Math.max(...pixels) / TILE_SIZE) - 1;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
