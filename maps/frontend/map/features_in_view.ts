/* The features of a layer in the current view, read from its tiles. */

import { dataClient } from "../core/data_client.ts";
import { embeddedFeatures } from "../core/embedded_features.ts";
import { project } from "../core/packed_features.ts";
import { config, embedded, mapStyle, state } from "../core/store.ts";
import type { AreaProps, Extent, LayerName, LayerProps, LevelName } from "../core/types.ts";
import { tileZoom } from "./layer_registry.ts";
import { keyOf, propsOf, type Tile } from "./tile_features.ts";
import { tileCache } from "./tile_sources.ts";

/** A feature in view, with the middle of its box. */
export interface FeatureInView<Props> {
  props: Props;
  lon: number;
  lat: number;
}

/** A feature with its extent in Web Mercator between 0 and 1. */
type ExtentFeature<Props> = Extent & { props: Props };

/** Returns the features of a layer in view, each once; null when loading fails. */
export async function inView<Name extends LayerName>(
  map: L.Map,
  name: Name,
  on: string = state.on,
): Promise<FeatureInView<LayerProps[Name]>[] | null> {
  const view = map.getBounds();
  const low = project(view.getWest(), view.getNorth());
  const high = project(view.getEast(), view.getSouth());
  const extent = { minX: low.x, minY: low.y, maxX: high.x, maxY: high.y };
  try {
    const features: ExtentFeature<LayerProps[Name]>[] = embedded
      ? embeddedFeatures(name).map((feature) => ({ props: feature.props, ...feature.extent }))
      : await fromTiles(name, tileZoom(map), extent, on);
    return distinct(features.filter((feature) => intersects(feature, extent)));
  } catch {
    return null; // the layer reports the error
  }
}

const intersects = (a: Extent, b: Extent) =>
  a.maxX >= b.minX && a.minX <= b.maxX && a.maxY >= b.minY && a.minY <= b.maxY;

async function fromTiles<Name extends LayerName>(name: Name, zoom: number, extent: Extent, on: string) {
  const cache = tileCache(name, on);
  const z = Math.max(0, Math.min(zoom - 1, mapStyle.maxDataZoom));
  const world = 2 ** z;
  const requests: Promise<ExtentFeature<LayerProps[Name]>[]>[] = [];
  for (let x = Math.floor(extent.minX * world); x <= Math.floor(extent.maxX * world); x++) {
    for (let y = Math.floor(extent.minY * world); y <= Math.floor(extent.maxY * world); y++) {
      if (x < 0 || y < 0 || x >= world || y >= world) continue;
      const toWorld = (pixels: number, index: number) => (pixels / cache.tileSize + index) / world;
      requests.push(
        cache.get({ z, x, y }).then((tile) =>
          featuresOf(tile, name).map((feature) => ({
            props: propsOf<LayerProps[Name]>(feature),
            minX: toWorld(feature.bbox.minX, x),
            minY: toWorld(feature.bbox.minY, y),
            maxX: toWorld(feature.bbox.maxX, x),
            maxY: toWorld(feature.bbox.maxY, y),
          })),
        ),
      );
    }
  }
  return (await Promise.all(requests)).flat();
}

/** Returns the features of a tile; throws for a tile that has counts instead of buildings. */
function featuresOf(tile: Tile, name: LayerName) {
  if (name === "buildings" && tile.get("clusters")?.length) throw new Error("crowded");
  return tile.get(name) ?? [];
}

function distinct<Props extends LayerProps[LayerName]>(features: ExtentFeature<Props>[]): FeatureInView<Props>[] {
  const byKey = new Map<string | undefined, FeatureInView<Props>>();
  for (const feature of features) {
    const { props } = feature;
    const key = keyOf(props);
    if (!byKey.has(key)) byKey.set(key, { props, ...middle(feature) });
  }
  return [...byKey.values()];
}

function middle({ minX, minY, maxX, maxY }: Extent) {
  const y = (minY + maxY) / 2;
  return { lon: ((minX + maxX) / 2 - 0.5) * 360, lat: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI };
}

type EnglishNames = Pick<AreaProps, "name_en" | "community_code">;

const english = new Map<string, EnglishNames>(); // from tiles, by code; rows of figures have no English names

/** Returns the name of an area or grid in the page's language, if it has been read. */
export const nameOf = (code: string): string | undefined =>
  (config.language === "en" && english.get(code)?.name_en) || dataClient().name(code);

/** Returns rows with the English names that tiles in view have. */
export async function namedRows<Row extends { code: string }>(
  map: L.Map,
  level: LevelName,
  rows: readonly Row[],
): Promise<(Row & EnglishNames)[]> {
  const areas = (await inView(map, level === "grid" ? "grids" : "areas")) ?? [];
  for (const {
    props: { code, name_en, community_code },
  } of areas)
    english.set(code, { name_en, community_code });
  return rows.map((row) => ({ ...english.get(row.code), ...row }));
}

/** Calls back when the map has stopped moving. */
export function whenStill(map: L.Map, callback: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  map.on("moveend", () => {
    clearTimeout(timer);
    timer = setTimeout(callback, 150);
  });
}
