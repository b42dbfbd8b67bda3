/* Map labels: one or two centred lines with a halo. */

import type { LabelSymbolizer } from "protomaps-leaflet";
import { state } from "../core/store.ts";
import { FONT } from "./symbols.ts";
import { propsOf } from "./tile_features.ts";

const ASCENT = 0.8;

/** A line of a label; one without text takes no room. */
export interface LabelLine {
  text: string;
  size: number;
  weight: number;
  colour: string;
}

interface MeasurableLine extends LabelLine {
  font: string;
}

function measure(ctx: CanvasRenderingContext2D, lines: readonly MeasurableLine[]) {
  let width = 0;
  let height = 0;
  for (const line of lines) {
    ctx.font = line.font;
    width = Math.max(width, ctx.measureText(line.text).width);
    height += line.size * 1.25;
  }
  return { width, height };
}

function drawLines(ctx: CanvasRenderingContext2D, lines: readonly MeasurableLine[], height: number) {
  ctx.globalAlpha = 1;
  ctx.textAlign = "center";
  ctx.lineJoin = "round";
  ctx.strokeStyle = "rgba(255, 255, 255, 0.92)";
  for (const halo of [true, false]) {
    // all halos first: a halo must not cover the line above it
    let y = -height / 2;
    for (const line of lines) {
      const base = y + line.size * ASCENT + line.size * 0.22;
      ctx.font = line.font;
      ctx.lineWidth = line.size * 0.28;
      ctx.fillStyle = line.colour;
      if (halo) ctx.strokeText(line.text, 0, base);
      else ctx.fillText(line.text, 0, base);
      y += line.size * 1.25;
    }
  }
  ctx.textAlign = "start";
}

/** Returns a symbolizer of labels from a function that returns the lines of a feature at a zoom. */
export const labelSymbol = <Props>(linesOf: (zoom: number, props: Props) => LabelLine[]): LabelSymbolizer => ({
  place(layout, [[centre]], feature) {
    const lines = linesOf(layout.zoom, propsOf<Props>(feature))
      .filter((line) => line.text)
      .map((line) => ({ ...line, size: line.size * state.scale }))
      .map((line) => ({ ...line, font: `${line.weight} ${line.size}px ${FONT}` }));
    if (!lines.length) return undefined;
    const { width, height } = measure(layout.scratch, lines);
    const [halfWidth, halfHeight] = [width / 2 + 4, height / 2 + 2];
    const bbox = {
      minX: centre.x - halfWidth,
      maxX: centre.x + halfWidth,
      minY: centre.y - halfHeight,
      maxY: centre.y + halfHeight,
    };
    return [{ anchor: centre, bboxes: [bbox], draw: (ctx) => drawLines(ctx, lines, height) }];
  },
});
