/* The vector tile layers of the page, and when they are rendered again. */

import type { Labelers, LabelRule, PaintRule, PickedFeature, View } from "protomaps-leaflet";
import { mapStyle } from "../core/store.ts";

/** A layer as the page adds it, by the name of its rules. */
export type MapLayerName = "backdrop" | "shade" | "borders" | "grids" | "buildings" | "issues" | "names";

/** During a comparison, the layer of the earlier date has a name of its own. */
export type RegisteredName = MapLayerName | `then-${MapLayerName}`;

/** The canvas of a tile: `key` identifies its latest rendering, `loaded` reports the first one to the map. */
export type TileCanvas = HTMLCanvasElement & { key: string; loaded?: (() => void) | null };

/** A layer of vector tiles, with what the page uses of protomaps-leaflet's layer. */
export interface VectorLayer extends L.GridLayer {
  options: L.GridLayerOptions;
  paintRules: PaintRule[];
  labelRules: LabelRule[];
  labelers: Labelers;
  /** By the name of the data source in the rules. */
  views: Map<string, View>;
  scratch: CanvasRenderingContext2D;
  onTilesInvalidated(keys: Set<string>): void;
  renderTile(coords: L.Coords, tile: TileCanvas, key: string, loaded?: (() => void) | null): Promise<void>;
  rerenderTiles(): void;
  /** Returns the features at a location, within a number of pixels, by data source. */
  queryTileFeaturesDebug(lng: number, lat: number, brushSize?: number): Map<string, PickedFeature[]>;

  /* What the page adds. */
  name: MapLayerName;
  /** Returns the date whose features the layer shows. */
  day(): string;
  /** How many tiles are being rendered. */
  rendering: number;
  /** Renders the layer again after an input of its rules changed. */
  refresh(): void;
}

/** The layers of the page by name. */
export const layers: Partial<Record<RegisteredName, VectorLayer>> = {};

const stale = new Set<RegisteredName>();

/** Renders layers again at the next frame, once for any number of calls. */
export function refreshLayers(...names: RegisteredName[]) {
  if (!stale.size) requestAnimationFrame(redraw);
  for (const name of names) stale.add(name);
}

/** Renders all layers again at the next frame. */
export const refreshAllLayers = () => refreshLayers(...(Object.keys(layers) as RegisteredName[]));

function redraw() {
  const names = [...stale];
  stale.clear();
  for (const name of names) {
    layers[name]?.refresh();
    if (!isEarlier(name)) layers[`then-${name}`]?.refresh();
  }
}

const isEarlier = (name: RegisteredName): name is `then-${MapLayerName}` => name.startsWith("then-");

/** Whether layers are waiting to be rendered again. */
export const isRefreshPending = () => stale.size > 0;

/** Returns the zoom of the tiles that a map shows. */
export const tileZoom = (map: L.Map) => Math.round(map.getZoom());

/** Whether issues are shown one by one instead of in clusters. */
export const showsSingleIssues = (zoom: number) => zoom >= mapStyle.zooms.dots;
