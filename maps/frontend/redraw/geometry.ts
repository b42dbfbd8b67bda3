/* Geometry functions for GeoJSON polygons: point in polygon, extent, label point, shared borders. */

import type { Box } from "../core/types.ts";

/** What grids and footprints are. */
export type PolygonGeometry = GeoJSON.Polygon | GeoJSON.MultiPolygon;

/** Longitude and latitude. */
export type LonLat = readonly [lon: number, lat: number];

/** Returns the polygons of a geometry, each a list of rings; none for other types of geometries. */
export const polygonsOf = (geometry: PolygonGeometry): GeoJSON.Position[][][] =>
  geometry.type === "MultiPolygon" ? geometry.coordinates : geometry.type === "Polygon" ? [geometry.coordinates] : [];

/* Whether a ray from a point to the east crosses a ring an odd number of times. */
function isInRing(ring: GeoJSON.Position[], [x, y]: LonLat) {
  let inside = false;
  for (let index = 0, previous = ring.length - 1; index < ring.length; previous = index++) {
    const [ax, ay] = ring[index];
    const [bx, by] = ring[previous];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Whether a point lies in a geometry; points in its holes do not. */
export const contains = (geometry: PolygonGeometry, point: LonLat) =>
  polygonsOf(geometry).some((rings) => rings.filter((ring) => isInRing(ring, point)).length % 2 === 1);

/** Returns the extent of a geometry. */
export function extent(geometry: PolygonGeometry): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of polygonsOf(geometry).flat(2)) {
    west = Math.min(west, x);
    south = Math.min(south, y);
    east = Math.max(east, x);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}

/** Whether two boxes intersect; boxes that share only a border do. */
export const boxesIntersect = (a: Box, b: Box) => a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];

/** Whether a point lies in a box or on its border. */
export const boxContains = ([west, south, east, north]: Box, [x, y]: LonLat) =>
  x >= west && x <= east && y >= south && y <= north;

/** Whether a geometry contains the middle of a box, or comes into the ellipse that the box surrounds. */
export function touchesEllipse(geometry: PolygonGeometry, [west, south, east, north]: Box): boolean {
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  const [width, height] = [(east - west) / 2, (north - south) / 2];
  const scaled = ([cornerX, cornerY]: GeoJSON.Position) => [(cornerX - x) / width, (cornerY - y) / height] as const;
  const touches = (ring: GeoJSON.Position[]) =>
    ring.some((corner, index) => index > 0 && originDistance(scaled(ring[index - 1]), scaled(corner)) <= 1);
  return contains(geometry, [x, y]) || polygonsOf(geometry).flat().some(touches);
}

/* Returns the distance of the origin from a line segment. */
function originDistance([ax, ay]: LonLat, [bx, by]: LonLat) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const part = length ? Math.min(Math.max(-(ax * dx + ay * dy) / length, 0), 1) : 0;
  return Math.hypot(ax + part * dx, ay + part * dy);
}

/** Returns a point inside a geometry: the middle of its widest section at half height. */
export function labelPoint(geometry: PolygonGeometry): LonLat {
  const [, south, , north] = extent(geometry);
  const y = (south + north) / 2 + (north - south) * 1e-7; // beside the corners that lie at half height
  const crossings = polygonsOf(geometry)
    .flat()
    .flatMap((ring) => crossingsAt(ring, y))
    .sort((a, b) => a - b);
  let widest = [crossings[0], crossings[1]];
  for (let index = 0; index + 1 < crossings.length; index += 2) {
    const [from, to] = [crossings[index], crossings[index + 1]];
    if (to - from > widest[1] - widest[0]) widest = [from, to];
  }
  return [(widest[0] + widest[1]) / 2, y];
}

/* Returns the longitudes where a ring crosses a latitude. */
function crossingsAt(ring: GeoJSON.Position[], y: number) {
  const crossings: number[] = [];
  for (let index = 0; index + 1 < ring.length; index++) {
    const [ax, ay] = ring[index];
    const [bx, by] = ring[index + 1];
    if (ay > y !== by > y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
  }
  return crossings;
}

/** Returns the borders of polygons as lines, shared ones once: dashes drawn twice would fill each other's gaps. */
export function borderLines(geometries: readonly PolygonGeometry[]): GeoJSON.Position[][] {
  const sides = new Set<string>();
  const lines: GeoJSON.Position[][] = [];
  for (const ring of geometries.flatMap((geometry) => polygonsOf(geometry).flat())) {
    let line: GeoJSON.Position[] = [];
    for (let index = 0; index + 1 < ring.length; index++) {
      const key = [ring[index], ring[index + 1]].map(String).sort().join(" ");
      const isNew = !sides.has(key);
      sides.add(key);
      if (isNew) line = line.length ? [...line, ring[index + 1]] : [ring[index], ring[index + 1]];
      if ((!isNew || index + 2 === ring.length) && line.length) {
        lines.push(line);
        line = [];
      }
    }
  }
  return lines;
}

/** Returns the south-west and the north-east corner of a box as Leaflet has them. */
export const toBounds = ([west, south, east, north]: Box): [L.LatLngTuple, L.LatLngTuple] => [
  [south, west],
  [north, east],
];
