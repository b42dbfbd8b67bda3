/* Colour swatches and hatches, in the page and on canvas. */

import { node } from "./nodes.ts";

const hatches = new Map<string, HTMLCanvasElement>();

/** Returns a canvas with diagonal stripes, which tell colours apart in print; it repeats seamlessly. */
export function hatchTile(colour: string, background: string): HTMLCanvasElement {
  const key = `${colour} ${background}`;
  const cached = hatches.get(key);
  if (cached) return cached;
  const tile = renderHatch(colour, background);
  hatches.set(key, tile);
  return tile;
}

function renderHatch(colour: string, background: string): HTMLCanvasElement {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d")!; // null only for a canvas that has a context of another type
  pen.fillStyle = background;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = colour;
  pen.lineWidth = 2.4;
  for (const shift of [-8, 0, 8]) {
    pen.beginPath();
    pen.moveTo(shift - 2, 10);
    pen.lineTo(shift + 10, -2);
    pen.stroke();
  }
  return tile;
}

/** Returns the stripes as what a canvas fills with. */
export const hatchPattern = (ctx: CanvasRenderingContext2D, colour: string, background: string): CanvasPattern =>
  ctx.createPattern(hatchTile(colour, background), "repeat")!; // null only for an image that is not loaded

/** Returns a colour swatch, with stripes of another colour if `hatch` is one. */
export function swatch(colour: string, kind = "", hatch: string | null = null): HTMLSpanElement {
  const element = node("span", { class: `swatch ${kind}`, "aria-hidden": "true", "data-hatch": hatch });
  element.style.setProperty("--colour", colour);
  if (hatch) element.style.backgroundImage = `url(${hatchTile(hatch, colour).toDataURL()})`;
  return element;
}
