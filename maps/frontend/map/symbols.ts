/* Symbolizers for canvas tiles: polygons, lines, dots, clusters, counts. */

import type { Feature, PaintSymbolizer } from "protomaps-leaflet";
import { mapStyle, state } from "../core/store.ts";
import { hatchPattern } from "../core/swatches.ts";
import type { Corner } from "../core/types.ts";
import { rateColour, tellsCoverage } from "./choropleth.ts";
import { type BuildingCountProps, type ClusterProps, propsOf } from "./tile_features.ts";

/** Fill and stroke of a polygon; without a colour it has none. `hatch` is the colour of stripes on the fill. */
export interface PolygonStyle {
  fill?: string;
  hatch?: string | null;
  /** Of the fill; a stroke is opaque. */
  opacity?: number;
  stroke?: string;
  width?: number;
  dash?: number[] | null;
}

/** The stroke of a line. */
export interface LineStyle {
  stroke: string;
  width: number;
  dash?: number[] | null;
  opacity?: number;
}

/** Fill and ring of a dot; a hollow one is white with a ring in the colour of its fill. */
export interface DotStyle {
  fill: string;
  radius: number;
  ring: string;
  hollow: boolean;
}

/** Returns the style of a feature at a zoom. */
export type StyleOf<Props, Style> = (zoom: number, props: Props) => Style;

function trace(ctx: CanvasRenderingContext2D, rings: Corner[][]) {
  ctx.beginPath();
  for (const ring of rings) {
    ring.forEach((corner, index) => {
      if (index) ctx.lineTo(corner.x, corner.y);
      else ctx.moveTo(corner.x, corner.y);
    });
  }
}

function traceCircle(ctx: CanvasRenderingContext2D, centre: Corner, radius: number) {
  ctx.beginPath();
  ctx.arc(centre.x, centre.y, radius, 0, 2 * Math.PI);
}

const scaledDash = (dash: number[] | null | undefined) => (dash ?? []).map((length) => length * state.scale);

/** Returns a symbolizer of polygons. */
export const polygonSymbol = <Props>(styleOf: StyleOf<Props, PolygonStyle>): PaintSymbolizer => ({
  draw(ctx, rings, zoom, feature) {
    const { fill, hatch, opacity = 1, stroke, width = 0, dash } = styleOf(zoom, propsOf<Props>(feature));
    trace(ctx, rings);
    if (fill) {
      ctx.globalAlpha = opacity;
      ctx.fillStyle = hatch ? hatchPattern(ctx, hatch, fill) : fill;
      ctx.fill("evenodd");
    }
    if (stroke && width) {
      ctx.globalAlpha = 1;
      ctx.strokeStyle = stroke;
      ctx.lineWidth = width * state.scale;
      ctx.lineJoin = "round";
      ctx.setLineDash(scaledDash(dash));
      ctx.stroke();
    }
  },
});

/** Returns a symbolizer of lines. */
export const lineSymbol = <Props>(styleOf: StyleOf<Props, LineStyle>): PaintSymbolizer => ({
  draw(ctx, lines, zoom, feature) {
    const { stroke, width, dash, opacity = 1 } = styleOf(zoom, propsOf<Props>(feature));
    if (!width) return;
    trace(ctx, lines);
    ctx.globalAlpha = opacity;
    ctx.strokeStyle = stroke;
    ctx.lineWidth = width * state.scale;
    ctx.lineCap = dash ? "butt" : "round";
    ctx.lineJoin = "round";
    ctx.setLineDash(scaledDash(dash));
    ctx.stroke();
  },
});

/** Returns a symbolizer of points. */
export const dotSymbol = <Props>(styleOf: StyleOf<Props, DotStyle>): PaintSymbolizer => ({
  draw(ctx, [[centre]], zoom, feature) {
    const { fill, radius, ring, hollow } = styleOf(zoom, propsOf<Props>(feature));
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    traceCircle(ctx, centre, radius * state.scale);
    ctx.fillStyle = hollow ? "#fff" : fill;
    ctx.fill();
    ctx.lineWidth = (hollow ? 1.6 : 1.25) * state.scale;
    ctx.strokeStyle = hollow ? fill : ring;
    ctx.stroke();
  },
});

/** Fills a white disc, on which a ring and a number follow. */
function fillDisc(ctx: CanvasRenderingContext2D, centre: Corner, radius: number) {
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
  traceCircle(ctx, centre, radius);
  ctx.fillStyle = "#fff";
  ctx.fill();
}

/** Writes a number of a size in pixels at the centre of a disc. */
function fillNumber(ctx: CanvasRenderingContext2D, centre: Corner, text: string, size: number) {
  ctx.font = `600 ${size}px ${FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, centre.x, centre.y + 0.5);
  ctx.textAlign = "start";
  ctx.textBaseline = "alphabetic";
}

/** Returns the text of a number of issues. */
const shortIssueCount = (count: number) => (count > 999 ? `${(count / 1000).toFixed(1)}k` : String(count));

/** Returns the text of a number of buildings. */
const shortBuildingCount = (count: number) => (count > 9999 ? `${Math.round(count / 1000)}k` : String(count));

/** Returns a symbolizer of clusters: their number of issues, and a rim with the share of unresolved ones. */
export const clusterSymbol = (): PaintSymbolizer => ({
  draw(ctx, [[centre]], _zoom, feature: Feature) {
    const { cluster, unsettled, radius } = propsOf<ClusterProps>(feature);
    const { ink, open, closed } = mapStyle.colours;
    const { scale } = state;
    const strokeRim = (colour: string, share: number) => {
      ctx.beginPath();
      ctx.arc(centre.x, centre.y, radius - 2 * scale, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * share);
      ctx.strokeStyle = colour;
      ctx.stroke();
    };
    fillDisc(ctx, centre, radius);
    ctx.lineWidth = 4 * scale;
    strokeRim(closed, 1);
    if (unsettled) strokeRim(open, unsettled / cluster);
    ctx.fillStyle = ink;
    fillNumber(ctx, centre, shortIssueCount(cluster), (radius > 15 * scale ? 12 : 11) * scale);
  },
});

/** Returns a symbolizer of the number of buildings of a square, or of uncovered ones, where they are too many to
    render. */
export const buildingCountSymbol = (): PaintSymbolizer => ({
  draw(ctx, [[centre]], _zoom, feature: Feature) {
    const { buildings, covered, uncovered } = propsOf<BuildingCountProps>(feature);
    const showsCoverage = tellsCoverage();
    const count = showsCoverage ? uncovered : buildings;
    if (!count) return;
    const { scale } = state;
    fillDisc(ctx, centre, scale * Math.min(17, 8 + 2 * Math.log10(count) + String(count).length * 1.5));
    ctx.lineWidth = 2 * scale;
    ctx.strokeStyle = showsCoverage ? rateColour(covered / buildings) : mapStyle.colours.built_line;
    ctx.stroke();
    ctx.fillStyle = showsCoverage ? mapStyle.colours.uncovered_line : mapStyle.colours.ink;
    fillNumber(ctx, centre, shortBuildingCount(count), 11 * scale);
  },
});

/** The fonts of texts on canvas. */
export const FONT =
  '-apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", ' +
  '"Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", system-ui, sans-serif';
