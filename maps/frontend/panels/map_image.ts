/* Renders the map as an image, with title and legend. */

import { byId } from "../core/nodes.ts";
import { scopeName } from "../core/scope.ts";
import { config, mapStyle, state } from "../core/store.ts";
import { hatchPattern } from "../core/swatches.ts";
import { formatDay, translate } from "../core/texts.ts";
import { divider } from "../map/compare.ts";
import { layers } from "../map/layer_registry.ts";
import { FONT } from "../map/symbols.ts";

const HEADING_HEIGHT = 54; // pixels above the map in the image
const LINE_HEIGHT = 20; // pixels of a line of the legend

/** Returns a canvas with the map, without the basemap, whose tiles come from another host.

    Without figures, a map without colours, the image says so. */
export function mapImage(map: L.Map, hasFigures: boolean): HTMLCanvasElement {
  const frame = map.getContainer().getBoundingClientRect();
  const scale = window.devicePixelRatio;
  const canvas = document.createElement("canvas");
  canvas.width = frame.width * scale;
  canvas.height = (frame.height + HEADING_HEIGHT) * scale;
  const pen = canvas.getContext("2d")!;
  pen.scale(scale, scale);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, frame.width, frame.height + HEADING_HEIGHT);
  pen.save();
  pen.translate(0, HEADING_HEIGHT);
  pen.beginPath();
  pen.rect(0, 0, frame.width, frame.height);
  pen.clip();
  pen.fillStyle = mapStyle.colours.paper;
  pen.fillRect(0, 0, frame.width, frame.height);
  drawTiles(map, pen, frame);
  drawLegend(map, pen, frame);
  if (!hasFigures) drawWarning(pen, frame, translate("image_without_figures"));
  pen.restore();
  drawHeading(pen);
  return canvas;
}

function drawTiles(map: L.Map, pen: CanvasRenderingContext2D, frame: DOMRect) {
  for (const canvas of map.getPane("tilePane")!.querySelectorAll("canvas")) {
    if (canvas.closest(".basemap")) continue;
    const box = canvas.getBoundingClientRect();
    const isClipped = Boolean(canvas.closest<HTMLElement>(".leaflet-layer")?.style.clip);
    pen.save();
    if (isClipped && divider) {
      const x = divider.x();
      const isEarlier = isOfEarlierDay(canvas);
      pen.beginPath();
      pen.rect(isEarlier ? 0 : x, 0, isEarlier ? x : frame.width, frame.height);
      pen.clip();
    }
    pen.drawImage(canvas, box.x - frame.x, box.y - frame.y, box.width, box.height);
    pen.restore();
  }
}

/* Whether a tile belongs to the earlier date of a comparison. */
const isOfEarlierDay = (tile: HTMLCanvasElement) =>
  Object.entries(layers).some(([name, layer]) => name.startsWith("then-") && layer.getContainer()?.contains(tile));

function drawHeading(pen: CanvasRenderingContext2D) {
  pen.fillStyle = mapStyle.colours.ink;
  pen.font = `700 18px ${FONT}`;
  pen.fillText(`${scopeName()} · ${translate(`title.${config.kind}`)}`, 14, 24);
  pen.font = `13px ${FONT}`;
  const figures = [...document.querySelectorAll("#figures div")].map(
    (figure) => `${figure.querySelector("dt")?.textContent} ${figure.querySelector("dd")?.textContent}`,
  );
  const days = state.then ? `${formatDay(state.then)} | ${formatDay(state.on)}` : byId("as-of").textContent;
  pen.fillText([days, ...figures].join("   "), 14, 44);
}

function drawLegend(map: L.Map, pen: CanvasRenderingContext2D, frame: DOMRect) {
  const lines = [...map.getContainer().querySelectorAll(".legend-body h3, .legend-body li")];
  const width = 24 + Math.max(...lines.map((line) => line.textContent.length)) * 9 + 20;
  const top = frame.height - lines.length * LINE_HEIGHT - 20;
  const left = frame.width - width - 10;
  pen.fillStyle = "rgba(255, 255, 255, 0.95)";
  pen.fillRect(left, top - 6, width, lines.length * LINE_HEIGHT + 14);
  pen.font = `12.5px ${FONT}`;
  for (const [index, line] of lines.entries()) {
    const y = top + index * LINE_HEIGHT + 14;
    const swatch = line.querySelector<HTMLElement>(".swatch");
    if (swatch) drawSwatch(pen, swatch, left + 10, y - 10);
    pen.fillStyle = mapStyle.colours.ink;
    pen.fillText(line.textContent, left + (swatch ? 34 : 10), y);
  }
}

/* Draws a text in a box at the top of the map, as the page shows its notes. */
function drawWarning(pen: CanvasRenderingContext2D, frame: DOMRect, text: string) {
  pen.font = `700 14px ${FONT}`;
  const width = Math.min(pen.measureText(text).width, frame.width - 48);
  const left = (frame.width - width) / 2;
  pen.fillStyle = "#fff3cd";
  pen.fillRect(left - 14, 10, width + 28, 32);
  pen.fillStyle = mapStyle.colours.ink;
  pen.fillText(text, left, 31, width);
}

function drawSwatch(pen: CanvasRenderingContext2D, swatch: HTMLElement, x: number, y: number) {
  const colour = swatch.style.getPropertyValue("--colour") || "#9aa5ad";
  const { hatch } = swatch.dataset;
  pen.fillStyle = hatch ? hatchPattern(pen, hatch, colour) : colour;
  pen.fillRect(x, y, 16, 12);
  pen.strokeStyle = "rgba(40, 55, 65, 0.35)";
  pen.strokeRect(x, y, 16, 12);
}
