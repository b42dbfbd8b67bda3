/* Vector tile layers; the VectorTileLayer element calls `Gridward.createLayer`. */

import { Labelers, leafletLayer, type PreparedTile, type TileCache, type View } from "protomaps-leaflet";
import { isShown } from "../core/issue_filter.ts";
import { config, ensureLoaded, mapStyle, state } from "../core/store.ts";
import type { LayerName } from "../core/types.ts";
import { showsGrids } from "./choropleth.ts";
import { figuresState } from "./figures.ts";
import { labelRules, namesGrids } from "./label_rules.ts";
import {
  isRefreshPending,
  layers,
  type MapLayerName,
  refreshAllLayers,
  showsSingleIssues,
  tileZoom,
  type VectorLayer,
} from "./layer_registry.ts";
import { paintRules } from "./paint_rules.ts";
import { clusterCache, type IsRendered, tileCache, tileView, type ViewedTile } from "./tile_sources.ts";

const LABELLED_TILES = 64;

/** The options that the page's element passes. */
export interface LayerOptions {
  layer: MapLayerName;
  zIndex?: number;
}

/** Returns a Leaflet layer that renders `options.layer` by its style rules. */
export function createLayer(options: LayerOptions): VectorLayer {
  ensureLoaded();
  const layer = vectorLayer(options.layer, options);
  layers[options.layer] = layer;
  return layer;
}

interface VectorLayerOptions {
  isEarlier?: boolean;
  zIndex?: number;
  /** Pixels of a tile in a CSS pixel; those of the screen if left out. */
  pixelRatio?: number;
}

/** Returns a layer of the date shown or, with `isEarlier`, of the earlier date of a comparison. */
export function vectorLayer(name: MapLayerName, options: VectorLayerOptions = {}): VectorLayer {
  const day = options.isEarlier ? earlierDay() : () => state.on;
  const layer = leafletLayer({
    sources: {},
    paintRules: name === "names" ? [] : paintRules[name](day),
    labelRules: name === "names" ? labelRules(day) : [],
    attribution: "",
    lang: config.language,
    pane: "tilePane",
    zIndex: options.zIndex,
    devicePixelRatio: options.pixelRatio,
  }) as unknown as VectorLayer; // protomaps-leaflet declares an object of any properties
  layer.name = name;
  layer.day = day;
  layer.views = viewsOf(name, day);
  layer.refresh = () => refresh(layer);
  renderLatestOnly(layer);
  replaceLabelers(layer);
  return layer;
}

/** Returns the earlier day of the comparison; after its end the last one, until the layer's last tiles are loaded. */
function earlierDay(): () => string {
  let last = state.then!; // the layer is created during a comparison
  return () => {
    last = state.then ?? last;
    return last;
  };
}

/** What Leaflet's types hide from other classes: the map of a layer, and the zoom of its tiles. */
interface LayerInternals {
  _map: L.Map | null;
  _tileZoom?: number;
}

const internals = (layer: VectorLayer) => layer as unknown as LayerInternals;

/** Returns the tile views of a layer by the data source name of its rules. */
function viewsOf(name: MapLayerName, day: () => string): Map<string, View> {
  const view = (source: LayerName, isRendered: IsRendered = () => true) =>
    tileView(
      () => tileCache(source, day()),
      (zoom) => !state.opening && isRendered(zoom),
    );
  switch (name) {
    case "issues":
      return new Map([
        ["", view(name, showsSingleIssues)],
        ["clusters", clusterView()],
      ]);
    case "shade":
      return new Map([
        ["areas", view("areas", () => !showsGrids())],
        ["grids", view("grids", showsGrids)],
      ]);
    case "names":
      return new Map([
        ["areas", view("areas")],
        ["grids", view("grids", namesGrids)],
      ]);
    case "borders":
      return new Map([["", view("areas")]]);
    case "grids":
      return new Map([["", view(name, (zoom) => showsGrids() || fromZoomOf("grids")(zoom))]]);
    case "buildings":
      return new Map([["", view(name, fromZoomOf("buildings"))]]);
    case "backdrop":
      return new Map([["", view(name)]]);
  }
}

const fromZoomOf =
  (name: "buildings" | "grids"): IsRendered =>
  (zoom) =>
    zoom >= mapStyle.zooms[name];

function clusterView(): View {
  clusters = clusterCache("issues", isShown);
  return tileView(
    () => clusters,
    (zoom) => !state.opening && !showsSingleIssues(zoom),
  );
}

let clusters: TileCache; // replaced when a filter changes, so that old clusters are not rendered

/** Lets only the last rendering of each tile paint, and counts those under way.

    Tiles of the zoom before are skipped, and stay as they are until the map removes them: rendering
    one of them again would make the layer discard all tiles of the current zoom. A tile gets a new
    key for each rendering: one that began before the level or the date changed may take longer than
    the one after it, and the layer drops what has another key than its tile. */
function renderLatestOnly(layer: VectorLayer) {
  const render = layer.renderTile.bind(layer);
  let count = 0;
  layer.rendering = 0;
  layer.renderTile = async (coords, tile, key, loaded = tile.loaded) => {
    if (coords.z !== internals(layer)._tileZoom) return;
    tile.loaded = loaded;
    count += 1;
    tile.key = `${key} ${count}`;
    layer.rendering += 1;
    await render(coords, tile, tile.key, () => {
      tile.loaded?.();
      tile.loaded = null; // the map counts a tile once
    }).finally(() => {
      layer.rendering -= 1;
    });
  };
}

function replaceLabelers(layer: VectorLayer) {
  const labelers = new Labelers(layer.scratch, layer.labelRules, LABELLED_TILES, layer.onTilesInvalidated);
  const add = labelers.add.bind(labelers);
  const isCurrent = ([name, [tile]]: [string, PreparedTile[]]) => (tile as ViewedTile).view === layer.views.get(name);
  // A tile is labelled once: skip tiles that were loading when the views changed.
  labelers.add = (zoom, tiles) => add(zoom, new Map([...tiles].filter(isCurrent)));
  layer.labelers = labelers;
}

function refresh(layer: VectorLayer) {
  layer.views = viewsOf(layer.name, layer.day);
  replaceLabelers(layer);
  if (internals(layer)._map) layer.rerenderTiles();
}

const CHECK_MS = 60; // milliseconds between checks whether the map is rendered

/** Calls back once when all tiles of the map are rendered; `hasFigures` is false if its figures failed to load.

    Returns a function that cancels the call. */
export function whenDrawn(map: L.Map, callback: (hasFigures: boolean) => void): () => void {
  const check = () => {
    const isLoading = Object.values(layers).some(
      (layer) => map.hasLayer(layer) && (layer.isLoading() || layer.rendering),
    );
    const figures = figuresState();
    if (isLoading || isRefreshPending() || figures === "loading") timer = setTimeout(check, CHECK_MS);
    else callback(figures === "loaded");
  };
  let timer = setTimeout(check, CHECK_MS);
  return () => clearTimeout(timer);
}

/** At fractional zooms the map scales its tiles down; symbols are enlarged to compensate. */
export function rescale(map: L.Map) {
  const scale = 2 ** (tileZoom(map) - map.getZoom());
  if (scale === state.scale) return;
  state.scale = scale;
  refreshAllLayers();
}
