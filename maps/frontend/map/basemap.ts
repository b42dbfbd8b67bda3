/* The basemap; the BasemapLayer element calls `Gridward.createBasemap`.

   The city's own backdrop is on the map until all tiles of the basemap in view have come, and
   returns when one fails, with a note. */

import { emit } from "../core/events.ts";
import { mapNote, type Note } from "../core/nodes.ts";
import { ensureLoaded } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import { layers, refreshAllLayers, refreshLayers } from "./layer_registry.ts";
import { ShiftedTiles } from "./shifted_tiles.ts";

const LOAD_TIMEOUT = 4000; // milliseconds until tiles that have not come count as missing
const RETRY_INTERVAL = 30_000; // milliseconds between attempts

/** The options that the page's element passes: those of Leaflet, and the datum of the tiles. */
export interface BasemapOptions extends L.TileLayerOptions {
  datum?: string;
}

let monitor: BasemapMonitor | null = null;

/** Returns the tile layer of the basemap, shifted to WGS 84 if its datum is GCJ-02. */
export function createBasemap(url: string, options: BasemapOptions): L.TileLayer {
  ensureLoaded();
  const layer = options.datum === "gcj02" ? new ShiftedTiles(url, options) : L.tileLayer(url, options);
  monitor = new BasemapMonitor(layer);
  return layer;
}

/** Whether the basemap replaces the backdrop. */
export const showsBasemap = () => Boolean(monitor?.isShown) && !isLeftOut;

let isLeftOut = false;

/** Lets layers be rendered as without a basemap; returns the function that ends this. */
export function leaveOutBasemap(): () => void {
  isLeftOut = true;
  return () => {
    isLeftOut = false;
    if (monitor?.isShown) refreshAllLayers(); // some may have been rendered meanwhile
  };
}

/** Shows the backdrop and the note on a map from now on; without a basemap it does nothing. */
export const watchBasemap = (map: L.Map) => monitor?.open(map);

type NoteKey = "" | "basemap_incomplete" | "basemap_unreachable";

/** Watches which tiles of the basemap come and which fail. */
class BasemapMonitor {
  /** Whether the basemap replaces the backdrop. */
  isShown = false;
  private readonly layer: L.TileLayer;
  private map: L.Map | null = null;
  private note: Note | null = null;
  private noteKey: NoteKey = "";
  private readonly urls = new Map<HTMLElement, string>();
  private readonly arrived = new Set<HTMLElement>();
  private readonly failed = new Set<HTMLElement>();
  private isLoading = false;
  /** Whether tiles take longer than the timeout. */
  private isLate = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(layer: L.TileLayer) {
    this.layer = layer;
    const forget = ({ tile }: L.TileEvent) => this.forget(tile);
    layer.on({
      tileloadstart: ({ tile, coords }) => this.urls.set(tile, layer.getTileUrl(coords)),
      tileload: ({ tile }) => this.record(tile, this.arrived),
      tileerror: ({ tile }) => this.record(tile, this.failed),
      tileunload: forget,
      tileabort: forget,
      loading: () => this.startLoading(),
      load: () => this.finishLoading(),
    });
  }

  open(map: L.Map) {
    this.map = map;
    this.note = mapNote(map);
    const update = ({ layer }: L.LayerEvent) => {
      if (layer === this.layer) this.update();
    };
    map.on({ layeradd: update, layerremove: update });
    window.addEventListener("online", () => this.retry());
    setInterval(() => {
      if (!document.hidden) this.retry();
    }, RETRY_INTERVAL);
    this.update();
  }

  /** A tile that was removed before its error came does not count. */
  private record(tile: HTMLElement, outcome: Set<HTMLElement>) {
    if (this.urls.has(tile)) outcome.add(tile);
    this.update();
  }

  private forget(tile: HTMLElement) {
    for (const tiles of [this.urls, this.arrived, this.failed]) tiles.delete(tile);
  }

  private startLoading() {
    this.isLoading = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.isLate = true;
      this.update();
    }, LOAD_TIMEOUT);
  }

  private finishLoading() {
    clearTimeout(this.timer);
    this.isLoading = this.isLate = false;
    this.update();
  }

  /** While tiles are loading, backdrop and note stay as they are. */
  private update() {
    if (!this.map) return;
    const isOnMap = this.map.hasLayer(this.layer);
    const isMissing = isOnMap && (this.failed.size > 0 || this.isLate);
    if (isOnMap && !isMissing && this.isLoading) return;
    this.setNote(isMissing ? (this.arrived.size ? "basemap_incomplete" : "basemap_unreachable") : "");
    this.setShown(this.map, isOnMap && !isMissing && this.arrived.size > 0);
  }

  private setNote(key: NoteKey) {
    if (key === this.noteKey) return;
    this.noteKey = key;
    this.note?.show(key ? translate(key) : "");
  }

  private setShown(map: L.Map, isShown: boolean) {
    if (isShown === this.isShown) return;
    this.isShown = isShown;
    const { backdrop } = layers;
    if (backdrop && isShown) map.removeLayer(backdrop);
    else if (backdrop) map.addLayer(backdrop);
    emit("layers");
    refreshLayers("shade");
  }

  /** Requests a tile that failed; when it comes, all are requested again. */
  private retry() {
    if (!this.map?.hasLayer(this.layer)) return;
    const [tile] = this.failed;
    const url = tile && this.urls.get(tile);
    if (url) {
      const probe = new Image();
      probe.onload = () => {
        if (this.failed.size) this.layer.redraw();
      };
      probe.src = url;
    } else if (this.isLate && !this.arrived.size) this.layer.redraw();
  }
}
