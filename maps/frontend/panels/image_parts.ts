/* What an image of the map shows on it: legend, scale bar and north arrow. */

import { mapStyle } from "../core/store.ts";
import { hatchPattern } from "../core/swatches.ts";
import { translate } from "../core/texts.ts";
import { FONT } from "../map/symbols.ts";

const LINE_HEIGHT = 20; // CSS pixels of a line of the legend
const PAPER = "rgba(255, 255, 255, 0.95)";
const MARGIN = 10;

/** Draws the legend of a map in the bottom right corner. */
export function drawLegend(map: L.Map, pen: CanvasRenderingContext2D, width: number, height: number) {
  const lines = [...map.getContainer().querySelectorAll(".legend-body h3, .legend-body li")];
  pen.font = `12.5px ${FONT}`;
  const boxWidth = 44 + Math.max(0, ...lines.map((line) => pen.measureText(line.textContent).width));
  const top = height - lines.length * LINE_HEIGHT - 20;
  const left = width - boxWidth - MARGIN;
  pen.fillStyle = PAPER;
  pen.fillRect(left, top - 6, boxWidth, lines.length * LINE_HEIGHT + 14);
  for (const [index, line] of lines.entries()) {
    const y = top + index * LINE_HEIGHT + 14;
    const swatch = line.querySelector<HTMLElement>(".swatch");
    if (swatch) drawSwatch(pen, swatch, left + 10, y - 10);
    pen.font = `${swatch ? "" : "600 "}12.5px ${FONT}`;
    pen.fillStyle = mapStyle.colours.ink;
    const text = swatch?.classList.contains("bubble") ? swatch.nextSibling?.textContent : line.textContent;
    pen.fillText(text ?? "", left + (swatch ? 34 : 10), y);
  }
}

/* Draws a swatch with the shape that it has on the page. */
function drawSwatch(pen: CanvasRenderingContext2D, swatch: HTMLElement, x: number, y: number) {
  const colour = swatch.style.getPropertyValue("--colour") || "#9aa5ad";
  const { hatch } = swatch.dataset;
  const has = (name: string) => swatch.classList.contains(name);
  pen.save();
  pen.beginPath();
  if (has("round") || has("hollow") || has("rim") || has("bubble")) pen.arc(x + 8, y + 6, 6, 0, 2 * Math.PI);
  else pen.rect(x, y, 16, 12);
  const isOutline = has("hollow") || has("rim") || has("bubble") || has("outline");
  pen.fillStyle = isOutline ? "#fff" : hatch ? hatchPattern(pen, hatch, colour) : colour;
  pen.fill();
  pen.strokeStyle = isOutline ? colour : "rgba(40, 55, 65, 0.35)";
  pen.lineWidth = has("rim") ? 4 : isOutline ? 2.5 : 1;
  if (has("lost")) pen.setLineDash([4, 2]);
  pen.stroke();
  pen.restore();
}

/** Draws the scale bar of a map in the bottom left corner. */
export function drawScale(map: L.Map, pen: CanvasRenderingContext2D, height: number) {
  const bar = map.getContainer().querySelector<HTMLElement>(".leaflet-control-scale-line");
  if (!bar) return;
  const [left, bottom] = [MARGIN, height - MARGIN];
  pen.fillStyle = PAPER;
  pen.fillRect(left, bottom - 20, bar.offsetWidth, 20);
  pen.strokeStyle = pen.fillStyle = mapStyle.colours.ink;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(left, bottom - 8);
  pen.lineTo(left, bottom);
  pen.lineTo(left + bar.offsetWidth, bottom);
  pen.lineTo(left + bar.offsetWidth, bottom - 8);
  pen.stroke();
  pen.font = `11px ${FONT}`;
  pen.fillText(bar.textContent, left + 5, bottom - 5);
}

/** Draws the north arrow above the scale bar. */
export function drawNorthArrow(pen: CanvasRenderingContext2D, height: number) {
  const [left, bottom] = [MARGIN, height - MARGIN - 28];
  pen.fillStyle = PAPER;
  pen.fillRect(left, bottom - 36, 26, 36);
  pen.fillStyle = mapStyle.colours.ink;
  pen.beginPath();
  pen.moveTo(left + 13, bottom - 33);
  pen.lineTo(left + 20, bottom - 17);
  pen.lineTo(left + 6, bottom - 17);
  pen.fill();
  pen.font = `700 12.5px ${FONT}`;
  pen.textAlign = "center";
  pen.fillText(translate("north"), left + 13, bottom - 4);
  pen.textAlign = "start";
}
