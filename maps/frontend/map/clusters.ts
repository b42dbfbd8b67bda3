/* Clusters of issues: one symbol for the points of a square cell. */

import type { Feature, TileCache, TileSource, Zxy } from "protomaps-leaflet";
import { corner } from "../core/packed_features.ts";
import { state } from "../core/store.ts";
import type { IssueProps } from "../core/types.ts";
import { type ClusterProps, propsOf, type Tile, type TileFeature, tileOf } from "./tile_features.ts";

/** Clusters the points of a tile by square cells; a single point stays as it is. */
export class ClusterSource implements TileSource {
  private readonly name: string;
  private readonly cache: Pick<TileCache, "get">;
  private readonly isShown: (props: IssueProps) => boolean;

  constructor(name: string, cache: Pick<TileCache, "get">, isShown: (props: IssueProps) => boolean) {
    this.name = name;
    this.cache = cache;
    this.isShown = isShown;
  }

  async get(tile: Zxy, size: number): Promise<Tile> {
    const points = (await this.cache.get(tile)).get(this.name) ?? [];
    const cells = new Map<string, Feature[]>();
    const side = size / Math.round(7 / state.scale);
    for (const point of points) {
      const { x, y } = point.geom[0][0];
      if (x < 0 || y < 0 || x >= size || y >= size || !this.isShown(propsOf<IssueProps>(point))) continue;
      const key = `${Math.floor(x / side)}:${Math.floor(y / side)}`;
      const cell = cells.get(key);
      if (cell) cell.push(point);
      else cells.set(key, [point]);
    }
    return tileOf([[this.name, [...cells.values()].map((cell) => cluster(cell, side))]]);
  }
}

const countOf = (point: Feature) => propsOf<IssueProps>(point).count ?? 1;

const totalOf = (points: readonly Feature[]) => points.reduce((sum, point) => sum + countOf(point), 0);

const isUnresolved = (point: Feature) => ["open", "in_progress"].includes(propsOf<IssueProps>(point).status);

/** Keeps the cluster inside its cell, so that clusters do not overlap. */
function cluster(points: readonly Feature[], side: number): TileFeature<IssueProps | ClusterProps> {
  const total = totalOf(points);
  const unsettled = totalOf(points.filter(isUnresolved));
  const radius = state.scale * (total === 1 ? 5 : Math.min(24, 10 + 2.2 * Math.log2(total)));
  const middle = (axis: "x" | "y") => {
    const sum = points.reduce((all, point) => all + point.geom[0][0][axis], 0);
    const edge = Math.floor(points[0].geom[0][0][axis] / side) * side;
    return Math.min(Math.max(sum / points.length, edge + radius + 1), edge + side - radius - 1);
  };
  const centre = corner(middle("x"), middle("y"));
  const bbox = { minX: centre.x - radius, minY: centre.y - radius, maxX: centre.x + radius, maxY: centre.y + radius };
  const props = total === 1 ? propsOf<IssueProps>(points[0]) : { cluster: total, unsettled, radius };
  return { props, geomType: 1, geom: [[centre]], bbox, numVertices: 1 };
}
