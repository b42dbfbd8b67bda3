/* What the measuring tool says about a line or an outline. */

import { crossesItself, geodesicLength, type LonLat, lineLength, ringArea } from "../core/geodesy.ts";
import { locale } from "../core/store.ts";
import { translate } from "../core/texts.ts";

const KILOMETRE = 1000; // metres
const SQUARE_KILOMETRE = 1_000_000; // square metres

const inUnits = (value: number, digits: number, unit: string): string =>
  `${new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)} ${unit}`;

/** Returns a length in metres, from a kilometre on in kilometres. */
export const formatLength = (metres: number): string =>
  Math.round(metres) < KILOMETRE ? inUnits(metres, 0, "m") : inUnits(metres / KILOMETRE, 2, "km");

/** Returns an area in square metres, from a square kilometre on in square kilometres. */
export const formatArea = (squareMetres: number): string =>
  Math.round(squareMetres) < SQUARE_KILOMETRE
    ? inUnits(squareMetres, 0, "m²")
    : inUnits(squareMetres / SQUARE_KILOMETRE, 2, "km²");

function outlineTexts(points: readonly LonLat[]): string[] {
  const perimeter = translate("measured.perimeter", { length: formatLength(lineLength([...points, points[0]])) });
  if (crossesItself(points)) return [perimeter, translate("measured.crossing")];
  return [translate("measured.area", { area: formatArea(ringArea(points)) }), perimeter];
}

function lineTexts(points: readonly LonLat[]): string[] {
  const length = translate("measured.length", { length: formatLength(lineLength(points)) });
  if (points.length < 3) return [length];
  const [from, to] = points.slice(-2);
  return [length, translate("measured.last", { length: formatLength(geodesicLength(from, to)) })];
}

/** Returns the measures of points as sentences; without two points, how to set them. */
export function measuredTexts(points: readonly LonLat[], isClosed: boolean): string[] {
  if (points.length < 2) return [translate("measured.hint")];
  return [...(isClosed ? outlineTexts(points) : lineTexts(points)), translate("measured.ellipsoid")];
}
