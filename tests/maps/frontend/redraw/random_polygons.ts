/* Random numbers from a seed, and polygons made of them. */

import type { LonLat } from "../../../../maps/frontend/redraw/geometry.ts";

export type Random = () => number;

/** Returns a source of the same numbers between 0 and 1 for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns a closed ring around a center with corners between two distances; it is concave as a rule. */
export function starRing(random: Random, [x, y]: LonLat, nearest: number, farthest: number): LonLat[] {
  const count = 5 + Math.floor(random() * 12);
  const corners = Array.from({ length: count }, (_, index): LonLat => {
    const angle = ((index + 0.8 * random()) / count) * 2 * Math.PI;
    const distance = nearest + random() * (farthest - nearest);
    return [x + distance * Math.cos(angle), y + distance * Math.sin(angle)];
  });
  if (random() < 0.5) corners.reverse();
  return [...corners, corners[0]];
}

/** Returns one or several polygons side by side, about half of them with a hole. */
export function starPolygons(random: Random): LonLat[][][] {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => {
    const center: LonLat = [130 + 3 * index, 47];
    const hole = random() < 0.5 ? [starRing(random, center, 0.05, 0.25)] : [];
    return [starRing(random, center, 0.5, 1.4), ...hole];
  });
}

/** Returns polygons as a GeoJSON geometry. */
export function toGeometry(polygons: readonly (readonly (readonly LonLat[])[])[]) {
  const coordinates = polygons.map((rings) => rings.map((ring) => ring.map(([x, y]) => [x, y])));
  return coordinates.length === 1
    ? ({ type: "Polygon", coordinates: coordinates[0] } as const)
    : ({ type: "MultiPolygon", coordinates } as const);
}
