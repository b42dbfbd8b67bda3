/* The heat map of issues at low zoom: square cells of equal size, the darker the more issues. */

import type { TileCache, TileSource, Zxy } from "protomaps-leaflet";
import { corner } from "../core/packed_features.ts";
import { mapStyle } from "../core/store.ts";
import type { IssueProps } from "../core/types.ts";
import { type HeatProps, propsOf, type Tile, type TileFeature, tileOf } from "./tile_features.ts";

const CELLS = 16; // along the side of a tile: 32 pixels each
const BOUNDS = [1, 2, 4, 8, 16, 32];
const BOUNDS_ZOOM = 14; // of these bounds; at lower zooms cells are larger and contain more issues

const bounds = (zoom: number) =>
  BOUNDS.map((bound, index) => (index ? bound * 3 ** Math.max(0, BOUNDS_ZOOM - zoom) : bound));

/** Returns the colour of a count: one hue, light to dark, which keeps the order in print. */
export const heatColour = (zoom: number, count: number): string =>
  mapStyle.heat[bounds(zoom).filter((bound) => count >= bound).length - 1];

/** A class of the heat map; the last one is open. */
export interface HeatClass {
  colour: string;
  from: number;
  to: number | null;
}

/** Returns the classes of the heat map at a zoom. */
export const heatClasses = (zoom: number): HeatClass[] =>
  bounds(zoom).map((from, index, all) => ({
    colour: mapStyle.heat[index],
    from,
    to: all[index + 1] ? all[index + 1] - 1 : null,
  }));

/** A tile source that counts the points of a tile by cell. */
export class HeatSource implements TileSource {
  private readonly name: string;
  private readonly cache: Pick<TileCache, "get">;
  private readonly isShown: (props: IssueProps) => boolean;

  constructor(name: string, cache: Pick<TileCache, "get">, isShown: (props: IssueProps) => boolean) {
    this.name = name;
    this.cache = cache;
    this.isShown = isShown;
  }

  async get(tile: Zxy, size: number): Promise<Tile> {
    const side = size / CELLS;
    const counts = new Map<number, number>();
    for (const feature of (await this.cache.get(tile)).get(this.name) ?? []) {
      const props = propsOf<IssueProps>(feature);
      const { x, y } = feature.geom[0][0];
      if (x < 0 || y < 0 || x >= size || y >= size || !this.isShown(props)) continue;
      const cell = Math.floor(y / side) * CELLS + Math.floor(x / side);
      counts.set(cell, (counts.get(cell) ?? 0) + (props.count ?? 1));
    }
    const cells = [...counts].map(([cell, count]) =>
      square((cell % CELLS) * side, Math.floor(cell / CELLS) * side, side, count),
    );
    return tileOf([["heat", cells]]);
  }
}

function square(x: number, y: number, side: number, heat: number): TileFeature<HeatProps> {
  const ring = [
    [0, 0],
    [side, 0],
    [side, side],
    [0, side],
    [0, 0],
  ].map(([dx, dy]) => corner(x + dx, y + dy));
  return {
    props: { heat },
    geomType: 3,
    geom: [ring],
    bbox: { minX: x, minY: y, maxX: x + side, maxY: y + side },
    numVertices: 5,
  };
}
