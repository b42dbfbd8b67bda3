/* The configuration and the data of the page, and the state that its parts share. */

import type { Config, MapStyle, ServiceConfig, State } from "./types.ts";

/* Assigned once by `load`, before anything reads them: scripts load before the body is parsed. */
/** The configuration of the page. */
export let config: Config;
/** The style of its map. */
export let mapStyle: MapStyle;
/** The language and region that numbers, dates and order follow. */
export let locale: string;
/** What the parts of the page share. */
export let state: State;

/** The packed layers of a stand-alone page (packed_features.ts); null on a served page. */
export let embedded: Record<string, PackedLayer> | null = null;

/** Columns and coordinates of a layer as maps/folium/geometry_packing.py writes them. */
export interface PackedLayer {
  count: number;
  columns: Record<string, PackedColumn>;
  geometry: PackedGeometry;
  labels?: number[];
}

/** Values in order, indexes into distinct values, or timestamps as differences in minutes. */
export type PackedColumn =
  | unknown[]
  | { index: number[]; values: unknown[] }
  | { minutes: number[]; index?: undefined };

/** By feature its type and number of rings, by ring its number of corners; coordinates as differences. */
export interface PackedGeometry {
  types: (1 | 2 | 3) | (1 | 2 | 3)[];
  parts: number[];
  sizes: number[];
  deltas: number[];
}

const read = (id: string) => {
  const text = document.getElementById(id)?.textContent;
  return text ? JSON.parse(text) : null;
};

/** Reads the configuration and the data of the page. */
export function load() {
  config = read("gridward-config");
  mapStyle = config.style;
  locale = config.language === "zh" ? "zh-CN" : "en-GB";
  embedded = read("gridward-data");
  state = initialState();
}

/** Reads the page unless that is done. */
export function ensureLoaded() {
  if (!config) load();
}

/** Returns the addresses of a served page. Throws on a stand-alone page, which must not need them. */
export function service(): ServiceConfig {
  if (!config.service) throw new Error("A stand-alone page has no service.");
  return config.service;
}

function initialState(): State {
  const [level] = config.levels;
  return {
    level,
    areaLevel: level,
    follows: true,
    scope: config.area ?? "",
    area: { code: config.area ?? "", name: config.title, level },
    listsBuildings: false,
    selected: null,
    on: config.on,
    // biome-ignore lint/suspicious/noThenProperty: a day, null or text, never a function; nothing awaits the state
    then: null,
    scale: 1,
    measure: "households",
    classes: [],
    floor: 0,
    hidden: { category: new Set(), status: new Set(), standing: new Set(), use: new Set() },
    built: { from: null, to: null },
    period: { from: null, to: null },
    heat: false,
    changes: new Map(),
    opening: true,
  };
}

/** Returns the south-west and the north-east corner of the page's bounds as Leaflet has them. */
export const homeBounds = (): [[number, number], [number, number]] => [
  [config.bounds[1], config.bounds[0]],
  [config.bounds[3], config.bounds[2]],
];

/** Whether a building is covered; in tiles only `manager_kind` says so. */
export const isCovered = ({ covered, manager_kind: kind }: { covered?: boolean; manager_kind?: string | null }) =>
  Boolean(covered ?? kind);
