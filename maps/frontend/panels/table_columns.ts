/* The columns of the table: which there are, what their cells show, and how rows are sorted by them. */

import { config, locale } from "../core/store.ts";
import { displayName, formatDifference, formatNumber, formatPercent } from "../core/texts.ts";
import type { AreaProps, BuildingProps, Counts, Located } from "../core/types.ts";
import { coverageStatusSince } from "./coverage_status.ts";

/** A column of the table. */
export type Column =
  | "name"
  | "buildings"
  | "uncovered"
  | "rate"
  | "households"
  | "before"
  | "rate_before"
  | "after"
  | "rate_after"
  | "gained"
  | "lost"
  | "net"
  | "standing"
  | "former_manager";

/** A row of the table: the figures of an area or grid, or a building. */
export type TableRow = AreaProps | Located<BuildingProps>;

/* Only rows of buildings have a location. */
const isBuilding = (row: TableRow): row is Located<BuildingProps> => "lon" in row;

/** The totals below the rows. */
export type TotalRow = Partial<Counts> &
  Pick<AreaProps, "gained" | "lost" | "net" | "uncovered_before" | "rate_before">;

/** The columns of an area or grid without a comparison. */
export const figureColumns = (): Column[] =>
  config.kind === "grids" ? ["name", "buildings", "households", "rate"] : ["name", "buildings", "uncovered", "rate"];

/** The columns of an area or grid in a comparison of two days: before and after are uncovered buildings. */
export const COMPARED_COLUMNS: readonly Column[] = ["name", "before", "after", "gained", "lost", "net"];

const SECOND_LINES: Partial<Record<Column, Column>> = { before: "rate_before", after: "rate_after" };

/** Returns the column that a column shows below its own value, as a second line; none for most columns. */
export const secondLine = (column: Column): Column | undefined => SECOND_LINES[column];

/** The columns of a building. */
export const BUILDING_COLUMNS: readonly Column[] = ["name", "households", "standing", "former_manager"];

const TEXT_COLUMNS: ReadonlySet<Column> = new Set<Column>(["standing", "former_manager"]);

/** Whether a column besides the name contains texts instead of numbers. */
export const isTextColumn = (column: Column) => TEXT_COLUMNS.has(column);

type Value = string | number | null | undefined;

type RowKey = keyof AreaProps | keyof BuildingProps;

/* The properties of the columns that have other names than they. */
const ROW_KEYS: Partial<Record<Column, RowKey>> = {
  before: "uncovered_before",
  after: "uncovered",
  rate_after: "rate",
};

const rowKey = (column: Column) => (ROW_KEYS[column] ?? column) as RowKey;

const cellValue = (row: Partial<Record<RowKey, Value | boolean>>, column: Column) => row[rowKey(column)];

const cellNumber = (row: Partial<Record<RowKey, Value | boolean>>, column: Column) => {
  const value = cellValue(row, column);
  return typeof value === "number" ? value : null;
};

/** Returns the text of a cell. */
export function cellText(column: Column, row: TableRow): string {
  if (column === "name") return displayName(row);
  if (column === "standing") return isBuilding(row) ? coverageStatusSince(row) : "";
  if (column === "former_manager") return String(cellValue(row, column) ?? "");
  return figureText(column, row);
}

/** Returns the text of a cell of the totals; the total of a column of texts is empty. */
export const totalText = (column: Column, total: TotalRow): string =>
  isTextColumn(column) ? "" : figureText(column, total);

const formatOf = (column: Column) =>
  column.startsWith("rate") ? formatPercent : column === "net" ? formatDifference : formatNumber;

const figureText = (column: Column, row: Partial<Record<RowKey, Value | boolean>>) =>
  formatOf(column)(cellNumber(row, column));

/** The column that the rows are sorted by, and whether it ascends. */
export interface SortOrder {
  column: Column;
  ascending: boolean;
}

/** Returns the column that rows are sorted by: the chosen one, or one instead of it among other columns. */
export function sortColumn(chosen: Column, columns: readonly Column[]): Column {
  const sortable = columns.flatMap((column) => [column, secondLine(column) ?? []].flat());
  return (
    [chosen, "gained" as const, "standing" as const].find((column) => sortable.includes(column)) ?? columns.at(-1)!
  );
}

/** Returns rows in the order of a column, and of their codes where that column does not tell them apart.

    Rows without a value are last in both directions. */
export function sortRows<Row extends TableRow>(rows: readonly Row[], { column, ascending }: SortOrder): Row[] {
  const sign = ascending ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [sortKey(column, a), sortKey(column, b)];
    const order = x == null || y == null ? Number(x == null) - Number(y == null) : sign * compare(x, y);
    return order || compare(a.code, b.code);
  });
}

/** Returns rows in the order of their codes. */
export const sortByCode = <Row extends TableRow>(rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => compare(a.code, b.code));

const LONGEST = 1e15; // milliseconds

/* Buildings are sorted by state, not by its text: those longest without coverage first, those that never had it last. */
function sortKey(column: Column, row: TableRow): Value {
  if (column === "name") return displayName(row);
  if (column !== "standing") return cellValue(row, column) as Value;
  if (!isBuilding(row) || row.reason !== "lapsed") return 0;
  return LONGEST - Date.parse(row.uncovered_since ?? "1970-01-01");
}

/* Compares two values of a column. */
function compare(a: string | number, b: string | number): number {
  return typeof a === "string" ? a.localeCompare(String(b), locale) : a - Number(b);
}
