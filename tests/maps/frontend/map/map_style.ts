/* The style, tiles and random numbers that the tests of the map share. */

import type { Feature } from "protomaps-leaflet";
import type { MapStyle } from "../../../../maps/frontend/core/types.ts";
import { type TileFeature, tileOf } from "../../../../maps/frontend/map/tile_features.ts";

export const style: MapStyle = {
  colours: {
    land: "#ffffff",
    paper: "#eeeeee",
    no_homes: "#bbbbbb",
    selected: "#0000ff",
    gained: "#00aa00",
    lost: "#aa0000",
    city_line: "#000001",
    district_line: "#000002",
    subdistrict_line: "#000003",
    community_line: "#000004",
  },
  rates: [
    [0, "#100000"],
    [0.5, "#200000"],
    [0.9, "#300000"],
  ],
  loads: ["#400000", "#500000", "#600000", "#700000"],
  strengths: { rate: [1, 0.5, 0], load: [0.8, 0.4, 0.2] },
  heat: ["#010000", "#020000", "#030000", "#040000", "#050000", "#060000"],
  categories: ["#111111", "#222222"],
  gridColours: [],
  levels: ["district", "subdistrict", "community", "grid"],
  levelZooms: { district: 0, subdistrict: 11, community: 12, grid: 14 },
  zooms: { buildings: 14, grids: 14, grid_labels: 16, names: 8, dots: 16 },
  maxDataZoom: 15,
};

/** Returns numbers between 0 and 1, the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Returns a point of a tile. */
export const pointFeature = <Props extends object>(x: number, y: number, props: Props): TileFeature<Props> => ({
  props,
  geomType: 1,
  geom: [[{ x, y }]],
  bbox: { minX: x, minY: y, maxX: x, maxY: y },
  numVertices: 1,
});

/** A cache whose every tile has these features of one layer. */
export const cacheOf = (name: string, features: TileFeature<object>[]) => ({
  get: async () => tileOf([[name, features]]),
});

/** Returns a feature as protomaps-leaflet passes it to filters. */
export const featureOf = (props: object, geomType: 1 | 2 | 3 = 3): Feature =>
  tileOf([["", [{ ...pointFeature(0, 0, props), geomType }]]]).get("")![0];
