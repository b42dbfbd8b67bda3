/* The properties of the features in vector tiles, by data layer, and the boundary to the types of protomaps-leaflet. */

import type { Bbox, Feature, GeomType } from "protomaps-leaflet";
import type { Corner } from "../core/types.ts";

/** Part of the backdrop: roads, railways, water and green areas. */
export interface BackdropProps {
  kind: string;
}

/** Several issues at one symbol: their number, how many of them are unresolved, the radius in pixels. */
export interface ClusterProps {
  cluster: number;
  unsettled: number;
  radius: number;
}

/** The number of issues of a cell of the heat map. */
export interface HeatProps {
  heat: number;
}

/** The number of buildings of a square of a tile that has too many of them to render. */
export interface BuildingCountProps {
  buildings: number;
  covered: number;
  uncovered: number;
}

/** The content of a tile: features by data layer. */
export type Tile = Map<string, Feature[]>;

/** A feature that a tile source of the front end creates; corners are pixels of the tile. */
export interface TileFeature<Props> {
  props: Props;
  geomType: GeomType;
  geom: Corner[][];
  bbox: Bbox;
  numVertices: number;
}

/** Returns a tile with features by data layer. */
export const tileOf = (features: [dataLayer: string, TileFeature<object>[]][]): Tile =>
  // protomaps-leaflet types corners as @mapbox/point-geometry, of which it uses only what `Corner` has
  new Map(features) as unknown as Tile;

/** Returns the properties of a feature; what they are follows from its data layer. */
export const propsOf = <Props>(feature: { readonly props: object }): Props =>
  // protomaps-leaflet types properties as any JSON
  feature.props as Props;

/** Returns the code of an area, grid or building, or the reference of an issue. */
export const keyOf = ({ code, ref }: { code?: string; ref?: string }) => code ?? ref;
