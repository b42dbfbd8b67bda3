/* Renders the layers of a map again at a higher resolution, on a map of the same size out of sight. */

import { node } from "../core/nodes.ts";
import { leaveOutBasemap } from "./basemap.ts";
import { layers, type MapLayerName, type RegisteredName, type VectorLayer } from "./layer_registry.ts";
import { vectorLayer } from "./layers.ts";

const CHECK_INTERVAL = 60; // milliseconds
const MOST_CHECKS = 500; // half a minute

/** A tile, and its position on the map in CSS pixels. */
export interface SharpTile {
  canvas: HTMLCanvasElement;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Which side of the divider it belongs to in a comparison; null without one. */
  side: "then" | "now" | null;
}

interface Copy {
  layer: VectorLayer;
  side: SharpTile["side"];
}

/** Calls back with all tiles of a map, bottom to top, with this many pixels in a CSS pixel.

    The city's backdrop is in the place of a basemap: what another host sent cannot be read. */
export async function withSharpTiles(map: L.Map, pixelRatio: number, draw: (tiles: SharpTile[]) => void) {
  const { x, y } = map.getSize();
  const frame = node("div", { class: "sharp-copy", "aria-hidden": "true", style: `width: ${x}px; height: ${y}px` });
  document.body.append(frame);
  const includeBasemap = leaveOutBasemap();
  const options = { zoomSnap: 0, zoomControl: false, attributionControl: false, fadeAnimation: false, keyboard: false };
  const copy = L.map(frame, options).setView(map.getCenter(), map.getZoom(), { animate: false });
  try {
    const copies = shownLayers(map).map((name) => copyOf(name, pixelRatio));
    for (const { layer } of copies) layer.addTo(copy);
    await allDrawn(copies);
    draw(copies.flatMap((one) => tilesOf(one, frame)));
  } finally {
    includeBasemap();
    copy.remove();
    frame.remove();
  }
}

/* Returns the layers on a map by their order, with the backdrop that a basemap replaces. */
function shownLayers(map: L.Map): RegisteredName[] {
  const names = Object.keys(layers) as RegisteredName[];
  const height = (name: RegisteredName) => layers[name]?.options.zIndex ?? 0;
  return names
    .filter((name) => map.hasLayer(layers[name]!) || name === "backdrop")
    .sort((a, b) => height(a) - height(b));
}

function copyOf(registered: RegisteredName, pixelRatio: number): Copy {
  const isEarlier = registered.startsWith("then-");
  const name = registered.replace("then-", "") as MapLayerName;
  const { zIndex } = layers[registered]!.options;
  const isCompared = Boolean(layers[`then-${name}`]);
  return {
    layer: vectorLayer(name, { isEarlier, zIndex, pixelRatio }),
    side: isEarlier ? "then" : isCompared ? "now" : null,
  };
}

/* Resolves when all copies are rendered; throws if that takes too long. */
async function allDrawn(copies: Copy[]) {
  for (let check = 0; check < MOST_CHECKS; check++) {
    await new Promise((resolve) => setTimeout(resolve, CHECK_INTERVAL));
    if (copies.every(({ layer }) => !layer.isLoading() && !layer.rendering)) return;
  }
  throw new Error("The tiles of the map did not load in time.");
}

function tilesOf({ layer, side }: Copy, frame: HTMLElement): SharpTile[] {
  const origin = frame.getBoundingClientRect();
  return [...layer.getContainer()!.querySelectorAll("canvas")].map((canvas) => {
    const { x, y, width, height } = canvas.getBoundingClientRect();
    return { canvas, x: x - origin.x, y: y - origin.y, width, height, side };
  });
}
