/* The colours of areas and grids, and which of them the page shows. */

import { config, mapStyle, state } from "../core/store.ts";

/** Returns the colours of the page by name. */
export const colours = (): Record<string, string> => mapStyle.colours;

/** Returns the colour of the class of a coverage rate. */
export function rateColour(rate: number | null | undefined): string {
  if (rate == null) return colours().no_homes;
  return mapStyle.rates.findLast(([from]) => rate >= from)![1]; // the first class begins at 0
}

/** Returns class bounds with equal numbers of grids per class (quantiles). */
export function quantileBounds(values: readonly (number | null | undefined)[]): number[] {
  const sorted = values.filter((value) => value != null).sort((a, b) => a - b);
  const count = mapStyle.loads.length;
  const bounds = Array.from(
    { length: count - 1 },
    (_, index) => sorted[Math.floor(((index + 1) * sorted.length) / count)],
  );
  return [...new Set(bounds.filter((bound) => bound > 0))];
}

/** Returns the colour of the class of a number of households or buildings. */
export const loadColour = (value: number): string =>
  mapStyle.loads[state.classes.filter((bound) => value >= bound).length] ?? mapStyle.loads.at(-1)!;

/** Whether the page colours areas by coverage. */
export const isCoveragePage = () => config.kind === "property-coverage";

/** Whether the choropleth shows grids instead of areas. */
export const showsGrids = () => config.kind === "grids" || (isCoveragePage() && state.level === "grid");

/** Whether the grids are coloured by households or buildings instead of coverage. */
export const coloursByLoad = () => config.kind === "grids" && state.measure !== "rate";

/** Whether footprints are coloured by coverage. */
export const tellsCoverage = () => config.kind !== "issues" && !coloursByLoad();

/** Returns the opacity of a class colour over land at a zoom; it is less where footprints are shown. */
export const classOpacity = (zoom: number): number => {
  const { buildings, dots } = mapStyle.zooms;
  return mapStyle.strengths[coloursByLoad() ? "load" : "rate"][zoom < buildings ? 0 : zoom < dots ? 1 : 2];
};

const channels = (colour: string) => [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));

/** Returns a class colour as the map and its legend show it at a zoom. */
export function tint(colour: string, zoom: number): string {
  const [from, to] = [channels(colours().land), channels(colour)];
  const mixed = to.map((level, index) => Math.round(from[index] + (level - from[index]) * classOpacity(zoom)));
  return `#${mixed.map((level) => level.toString(16).padStart(2, "0")).join("")}`;
}
