/* Tile sources and their caches: embedded features, the service, and clusters of points. */

import { PmtilesSource, type PreparedTile, TileCache, type TileSource, View, type Zxy } from "protomaps-leaflet";
import { dropOldest } from "../core/bounded_map.ts";
import { embeddedFeatures } from "../core/embedded_features.ts";
import { embedded, mapStyle, service, state } from "../core/store.ts";
import type { IssueProps, LayerName } from "../core/types.ts";
import { ClusterSource } from "./clusters.ts";
import { DatedBuildingSource } from "./dated_buildings.ts";
import { EmbeddedSource } from "./embedded_tiles.ts";
import { HeatSource } from "./heat.ts";
import type { Tile } from "./tile_features.ts";

/** A layer of the service. A crowded tile of buildings has none: their counts of a day are a layer of their own. */
type ServedLayer = LayerName | "building_counts";

const SAME_EVERY_DAY = new Set<ServedLayer>(["areas", "buildings", "backdrop"]);

type PmtilesArchive = ConstructorParameters<typeof PmtilesSource>[0];

/** Requests tiles from the service. An error response throws instead of giving an empty tile. */
function servedSource(name: ServedLayer, parameters: [name: string, value: string][], on: string) {
  const { tileUrl, tileQuery, tileVersions } = service();
  const query = new URLSearchParams(SAME_EVERY_DAY.has(name) ? "" : tileQuery.replace("{on}", on));
  for (const [key, value] of parameters) query.set(key, value);
  if (tileVersions[name]) query.set("version", tileVersions[name]);
  const address = `${tileUrl.replace("{layer}", name)}?${query}`;
  const archive = {
    async getZxy(z: number, x: number, y: number, signal?: AbortSignal) {
      const url = address.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
      const response = await fetch(url, { signal });
      if (response.status === 204 || response.status === 404) return undefined;
      if (!response.ok) throw new Error(`${response.status} ${response.url}`);
      const data = await response.arrayBuffer();
      return data.byteLength ? { data } : undefined;
    },
  };
  return new PmtilesSource(
    archive as PmtilesArchive, // the source calls nothing else of an archive
    false, // a layer asks for tiles of two zooms at once: one must not cancel those of the other
  );
}

/** Returns the query parameters of a layer's tiles besides the date. */
function tileParameters(name: ServedLayer): [name: string, value: string][] {
  const {
    areaLevel,
    period: { from, to },
  } = state;
  const values: Record<string, string | null> =
    name === "areas" ? { level: areaLevel } : name === "issues" ? { since: from, until: to } : {};
  return Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]));
}

const caches = new Map<string, TileCache>();
const SIZE = 512;

const MAX_CACHES = 24; // the least recently used is dropped

/** Returns the tile cache of a key, made from a source unless it exists. */
function cacheOf(key: string, createSource: () => TileSource): TileCache {
  const cache = caches.get(key) ?? new TileCache(createSource(), SIZE);
  caches.delete(key);
  caches.set(key, cache);
  dropOldest(caches, MAX_CACHES);
  return cache;
}

function servedCache(name: ServedLayer, on: string): TileCache {
  const parameters = tileParameters(name);
  const day = SAME_EVERY_DAY.has(name) ? "" : on;
  return cacheOf(`served ${name} ${parameters} ${day}`, () => servedSource(name, parameters, day));
}

/** Returns the tile cache of a layer on a date, shared by the map layers that render the same tiles. */
export function tileCache(name: LayerName, on: string = state.on): TileCache {
  if (embedded) return cacheOf(name, () => new EmbeddedSource(name, embeddedFeatures(name)));
  if (name !== "buildings") return servedCache(name, on);
  const [recorded, counts] = [servedCache("buildings", on), servedCache("building_counts", on)];
  return cacheOf(`buildings ${on}`, () => new DatedBuildingSource(recorded, counts, on));
}

/** Whether tiles of a zoom of the map will be rendered. */
export type IsRendered = (zoom: number) => boolean;

/** A tile cache that loads only tiles that will be rendered, always of the current date. */
class TileGate implements Pick<TileCache, "get" | "queryFeatures" | "tileSize"> {
  readonly cache: () => TileCache;
  readonly tileSize = SIZE;
  private readonly isRendered: IsRendered;

  constructor(cache: () => TileCache, isRendered: IsRendered) {
    this.cache = cache;
    this.isRendered = isRendered;
  }

  async get(tile: Zxy): Promise<Tile> {
    for (;;) {
      if (!this.isRendered(tile.z + 1)) return new Map();
      const cache = this.cache();
      const content = await cache.get(tile);
      if (cache === this.cache()) return content; // otherwise the date changed during loading
    }
  }

  queryFeatures(...parameters: Parameters<TileCache["queryFeatures"]>) {
    return this.cache().queryFeatures(...parameters);
  }
}

/** A tile with the view that it belongs to: a layer gets other views when it is rendered again. */
export type ViewedTile = PreparedTile & { view?: View };

/** Returns a view of the tiles of a cache for the screen. `cache` is a function, because the date may change. */
export function tileView(cache: () => TileCache, isRendered: IsRendered): View {
  // a view uses only what a gate has; what `cache` is differs
  const gate = new TileGate(cache, isRendered) as unknown as TileCache;
  const view = new View(gate, embedded ? 22 : mapStyle.maxDataZoom, 1);
  const getDisplayTile = view.getDisplayTile.bind(view);
  view.getDisplayTile = async (tile): Promise<ViewedTile> => ({ ...(await getDisplayTile(tile)), view });
  return view;
}

/** Returns a cache of clusters, or of the cells of the heat map, of the issues shown. */
export const clusterCache = (name: "issues", isShown: (props: IssueProps) => boolean): TileCache =>
  new TileCache(
    state.heat ? new HeatSource(name, tileCache(name), isShown) : new ClusterSource(name, tileCache(name), isShown),
    SIZE,
  );
