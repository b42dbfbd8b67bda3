/* Renders the map as an image: heading, map with legend, scale and north arrow, and source. */

import { isFiltered } from "../core/building_filter.ts";
import { byId } from "../core/nodes.ts";
import { scopeName } from "../core/scope.ts";
import { config, mapStyle, state } from "../core/store.ts";
import { formatDay, translate } from "../core/texts.ts";
import { divider } from "../map/compare.ts";
import { type SharpTile, withSharpTiles } from "../map/sharp_copy.ts";
import { FONT } from "../map/symbols.ts";
import { drawLegend, drawNorthArrow, drawScale } from "./image_parts.ts";

const RESOLUTION = 2; // pixels of the image in a CSS pixel
const MARGIN = 14; // CSS pixels
const LINE = 18;

/** The texts around the map, each as its lines. */
interface ImageTexts {
  title: string;
  heading: string[];
  source: string[];
}

/** Returns a canvas with the map at twice its resolution, and the address of the page below it.

    Without figures, a map without colours, the image says so. */
export async function mapImage(map: L.Map, address: string, hasFigures: boolean): Promise<HTMLCanvasElement> {
  const { x: width, y: height } = map.getSize();
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d")!; // null only for a canvas that has a context of another type
  const texts = imageTexts(pen, width - 2 * MARGIN, address);
  const top = 30 + texts.heading.length * LINE + 6;
  const bottom = texts.source.length * LINE + 10;
  canvas.width = width * RESOLUTION;
  canvas.height = (top + height + bottom) * RESOLUTION;
  pen.scale(RESOLUTION, RESOLUTION);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, top + height + bottom);
  drawTexts(pen, texts, top + height);
  pen.translate(0, top);
  pen.beginPath();
  pen.rect(0, 0, width, height);
  pen.clip();
  pen.fillStyle = mapStyle.colours.paper;
  pen.fillRect(0, 0, width, height);
  await withSharpTiles(map, RESOLUTION, (tiles) => {
    for (const tile of tiles) drawTile(pen, tile, width, height);
  });
  if (state.then) drawDivider(pen, height);
  drawLegend(map, pen, width, height);
  drawScale(map, pen, height);
  drawNorthArrow(pen, height);
  if (!hasFigures) drawWarning(pen, width, translate("image_without_figures"));
  return canvas;
}

function imageTexts(pen: CanvasRenderingContext2D, width: number, address: string): ImageTexts {
  pen.font = `13px ${FONT}`;
  const figures = [...document.querySelectorAll("#figures div")].map(
    (figure) => `${figure.querySelector("dt")?.textContent} ${figure.querySelector("dd")?.textContent}`,
  );
  const day = state.then ? `${formatDay(state.then)} | ${formatDay(state.on)}` : byId("as-of").textContent;
  const filter = isFiltered() ? document.querySelector(".filtered")?.textContent : "";
  const source = translate("image_source", { as_of: config.asOf, address });
  return {
    title: `${scopeName()} · ${translate(`title.${config.kind}`)}`,
    heading: wrap(pen, [day, ...figures, filter].filter(Boolean).join("   "), width),
    source: wrap(pen, source, width),
  };
}

/** Returns a text as lines that fit a width; a word that is too long is cut. */
function wrap(pen: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines = [""];
  for (const part of text.split(/(?<=\s|[&#?])/)) {
    for (const piece of pieces(pen, part, width)) {
      if (lines.at(-1) && pen.measureText(lines.at(-1) + piece).width > width) lines.push("");
      lines[lines.length - 1] += piece;
    }
  }
  return lines;
}

/* Draws a text in a box at the top of the map, as the page shows its notes. */
function drawWarning(pen: CanvasRenderingContext2D, mapWidth: number, text: string) {
  pen.font = `700 14px ${FONT}`;
  const width = Math.min(pen.measureText(text).width, mapWidth - 48);
  const left = (mapWidth - width) / 2;
  pen.fillStyle = "#fff3cd";
  pen.fillRect(left - 14, 10, width + 28, 32);
  pen.fillStyle = mapStyle.colours.ink;
  pen.fillText(text, left, 31, width);
}

function pieces(pen: CanvasRenderingContext2D, word: string, width: number): string[] {
  if (pen.measureText(word).width <= width) return [word];
  const half = Math.ceil(word.length / 2);
  return [...pieces(pen, word.slice(0, half), width), ...pieces(pen, word.slice(half), width)];
}

function drawTexts(pen: CanvasRenderingContext2D, { title, heading, source }: ImageTexts, bottom: number) {
  pen.fillStyle = mapStyle.colours.ink;
  pen.font = `700 18px ${FONT}`;
  pen.fillText(title, MARGIN, 24);
  pen.font = `13px ${FONT}`;
  for (const [index, line] of heading.entries()) pen.fillText(line, MARGIN, 44 + index * LINE);
  pen.fillStyle = mapStyle.colours.muted;
  for (const [index, line] of source.entries()) pen.fillText(line, MARGIN, bottom + LINE + index * LINE);
}

/* In a comparison a tile ends at the divider. */
function drawTile(pen: CanvasRenderingContext2D, tile: SharpTile, width: number, height: number) {
  pen.save();
  if (tile.side && divider) {
    const x = divider.x();
    pen.beginPath();
    pen.rect(tile.side === "then" ? 0 : x, 0, tile.side === "then" ? x : width, height);
    pen.clip();
  }
  pen.drawImage(tile.canvas, tile.x, tile.y, tile.width, tile.height);
  pen.restore();
}

function drawDivider(pen: CanvasRenderingContext2D, height: number) {
  const x = divider?.x() ?? 0;
  pen.fillStyle = mapStyle.colours.selected;
  pen.fillRect(x - 1, 0, 2, height);
}
