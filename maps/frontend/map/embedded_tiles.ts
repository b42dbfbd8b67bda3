/* Tiles of the features of a stand-alone page. */

import type { TileSource, Zxy } from "protomaps-leaflet";
import { corner, project } from "../core/packed_features.ts";
import type { Corner, EmbeddedFeature, Extent } from "../core/types.ts";
import { type Tile, type TileFeature, tileOf } from "./tile_features.ts";

const MARGIN = 64; // pixels rendered beyond the tile's edge, so that strokes and dots are not clipped

/** What a tile needs of a feature. */
export type CutFeature = Pick<EmbeddedFeature<object>, "props" | "type" | "rings" | "extent">;

/** A feature with an anchor, where its label is. */
export type LabelledFeature = CutFeature & Pick<EmbeddedFeature<object>, "anchor">;

const overlaps = (extent: Extent, west: number, north: number, east: number, south: number) =>
  extent.maxX >= west && extent.minX <= east && extent.maxY >= north && extent.minY <= south;

type Transform = (point: Corner) => Corner;

function transformed(feature: CutFeature, toPixels: Transform): TileFeature<object> {
  const geom = feature.rings.map((ring) => ring.map(toPixels));
  const low = toPixels({ x: feature.extent.minX, y: feature.extent.minY });
  const high = toPixels({ x: feature.extent.maxX, y: feature.extent.maxY });
  const bbox = { minX: low.x, minY: low.y, maxX: high.x, maxY: high.y };
  return { props: feature.props, geomType: feature.type, geom, bbox, numVertices: 0 };
}

function anchorOf({ props, anchor }: LabelledFeature): CutFeature[] {
  if (!anchor) return [];
  const point = project(...anchor);
  const extent = { minX: point.x, minY: point.y, maxX: point.x, maxY: point.y };
  return [{ props, type: 1, rings: [[point]], extent }];
}

/** Cuts embedded features into tiles, without loss of precision at any zoom. */
export class EmbeddedSource implements TileSource {
  private readonly name: string;
  private readonly features: readonly CutFeature[];
  private readonly anchors: readonly CutFeature[];

  constructor(name: string, features: readonly LabelledFeature[]) {
    this.name = name;
    this.features = features;
    this.anchors = features.flatMap(anchorOf);
  }

  async get({ z, x, y }: Zxy, size: number): Promise<Tile> {
    const world = 2 ** z;
    const margin = MARGIN / size / world;
    const toPixels = (point: Corner) => corner((point.x * world - x) * size, (point.y * world - y) * size);
    const cut = (features: readonly CutFeature[], edge: number) =>
      features
        .filter(({ extent }) =>
          overlaps(extent, x / world - edge, y / world - edge, (x + 1) / world + edge, (y + 1) / world + edge),
        )
        .map((feature) => transformed(feature, toPixels));
    return tileOf([
      [this.name, cut(this.features, margin)],
      [`${this.name}_labels`, cut(this.anchors, 0)],
    ]);
  }
}
