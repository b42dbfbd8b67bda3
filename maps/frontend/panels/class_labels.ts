/* The labels of the classes in the legend. */

import { formatNumber } from "../core/texts.ts";

const percentage = (rate: number) => `${Math.round(rate * 100)}`;

/** Returns a label for each class of rates, of which `bounds` are the lower bounds; the first class is open below. */
export const rateLabels = (bounds: readonly number[]): string[] =>
  bounds.map((from, index) => {
    const to = bounds[index + 1];
    if (index === 0) return `< ${percentage(to)} %`;
    return to ? `${percentage(from)} – ${percentage(to)} %` : `≥ ${percentage(from)} %`;
  });

/** Returns a label for each class of whole numbers: one below the first bound, and one from each bound on. */
export const loadLabels = (bounds: readonly number[]): string[] =>
  [0, ...bounds].map((from, index) => {
    const to = bounds[index];
    return to == null ? `≥ ${formatNumber(from)}` : `${formatNumber(from)} – ${formatNumber(to - 1)}`;
  });

/** Returns the label of a class of the heat map; the last class is open above. */
export const heatLabel = (from: number, to: number | null): string =>
  from === to ? `${from}` : to ? `${from} – ${to}` : `≥ ${from}`;
