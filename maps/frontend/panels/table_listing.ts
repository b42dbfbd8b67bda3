/* What the table lists: its rows, and what it says about those it does not list. */

import type { ScopeFigures } from "../core/scope.ts";
import { formatDifference, formatNumber, translate } from "../core/texts.ts";
import { sum } from "../core/totals.ts";
import type { AreaProps, BuildingProps, LevelName, Located } from "../core/types.ts";
import type { Column, TotalRow } from "./table_columns.ts";

/** The most rows of areas or grids that the table shows. */
export const MOST_ROWS = 1000;

interface Listing {
  columns: readonly Column[];
  /** Of the scope. */
  total: TotalRow;
  /** Of all rows; null where they are only those in view. */
  count: number | null | undefined;
  /** Where the scope has buildings that the rows lack. */
  gaps: string;
  /** Whether there are more pages. */
  hasMore: boolean;
  /** Whether the rows are only those in view. */
  isPart: boolean;
}

/** Areas or grids of the scope. */
export interface AreaListing extends Listing {
  level: LevelName;
  rows: AreaProps[];
}

/** Uncovered buildings of the scope, as far as loaded. */
export interface BuildingListing extends Listing {
  level: "building";
  rows: Located<BuildingProps>[];
}

/** What the table lists. */
export type TableListing = AreaListing | BuildingListing;

/** Whether rows are single buildings. */
export const listsBuildings = (listing: TableListing): listing is BuildingListing => listing.level === "building";

/** Returns a text about the buildings of the scope that are in none of its grids; "" without any. */
export function missingBuildings(figures: Pick<ScopeFigures, "buildings"> | null, rows: readonly AreaProps[]): string {
  const count = (figures?.buildings ?? 0) - sum(rows, "buildings");
  return rows.length && count > 0 ? translate("buildings_in_no_row", { count: formatNumber(count) }) : "";
}

/** Returns a text about what a comparison counts, and about the change that those gained and lost do not explain. */
export function comparisonText({ uncovered, uncovered_before: before, net }: TotalRow): string {
  const count = uncovered == null || before == null || net == null ? 0 : uncovered - before + net;
  const rest = count ? translate("unexplained_change", { count: formatDifference(count) }) : "";
  return [translate("compared_columns"), rest].filter(Boolean).join(" ");
}

/** Returns a text about what the table does not show; "" where it shows all. */
export function unlistedText({ level, rows, gaps }: Pick<TableListing, "level" | "rows" | "gaps">): string {
  const isOfBuildings = level === "building";
  const hidden = isOfBuildings ? 0 : rows.length - MOST_ROWS;
  const text = !rows.length
    ? translate(isOfBuildings ? "all_covered" : "no_data_here")
    : hidden > 0
      ? translate("rows_hidden", { count: formatNumber(hidden) })
      : "";
  return [text, gaps].filter(Boolean).join(" ");
}
