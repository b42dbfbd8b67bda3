/* Totals of rows of figures. */

import type { Counts } from "./types.ts";

/** The totals of all rows. */
export interface Totals {
  buildings: number;
  covered: number;
  uncovered: number;
  households: number;
  covered_households: number;
  rate: number | null;
}

/** Returns the sum of a figure of all rows; a row without the figure counts 0. */
export const sum = <Key extends string>(rows: readonly { [key in Key]?: number | null }[], key: Key): number =>
  rows.reduce((total, row) => total + (row[key] ?? 0), 0);

/** Returns the totals of all rows. */
export function sumRows(rows: readonly Partial<Counts>[]): Totals {
  const buildings = sum(rows, "buildings");
  const covered = sum(rows, "covered");
  return {
    buildings,
    covered,
    uncovered: sum(rows, "uncovered"),
    households: sum(rows, "households"),
    covered_households: sum(rows, "covered_households"),
    rate: buildings ? covered / buildings : null,
  };
}
