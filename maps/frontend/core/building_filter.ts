/* The filter of buildings by management type or reason uncovered, year built, and use. */

import { isCovered, state } from "./store.ts";
import type { BuildingProps, QueryPairs, Span } from "./types.ts";

/** The management types of covered buildings. */
export const KINDS = [
  "property_firm",
  "homeowner_committee",
  "property_management_committee",
  "community_led",
  "self_managed",
];

/** Why a building is uncovered. */
export const REASONS = ["never_covered", "lapsed"];

/** What the filter reads of a building. */
export type FilteredProps = Pick<BuildingProps, "covered" | "manager_kind" | "reason" | "use" | "built_year">;

const standing = (props: FilteredProps): string =>
  (isCovered(props) ? props.manager_kind : (props.reason ?? "never_covered")) ?? "";

const isInYears = (year: number | null | undefined, { from, to }: Span<number>): boolean =>
  (from == null && to == null) || (year != null && year >= (from ?? year) && year <= (to ?? year));

/** Whether a building passes the filter. An unknown year is outside every range of years. */
export function passes(props: FilteredProps): boolean {
  const { hidden, built } = state;
  return (
    !hidden.standing.has(standing(props)) && !hidden.use.has(props.use ?? "") && isInYears(props.built_year, built)
  );
}

/** Whether the filter hides any building. */
export function isFiltered(): boolean {
  const { hidden, built } = state;
  return hidden.standing.size > 0 || hidden.use.size > 0 || built.from != null || built.to != null;
}

const pairs = (name: string, values: Iterable<string>): QueryPairs => Array.from(values, (value) => [name, value]);

/** Returns the filter as query parameters of the service. */
export function filterQuery(): QueryPairs {
  const { standing } = state.hidden;
  const shown = (names: string[]) => names.filter((name) => !standing.has(name));
  const byStanding = standing.size ? [...pairs("manager_kind", shown(KINDS)), ...pairs("reason", shown(REASONS))] : [];
  return [...byStanding, ...attributesQuery()];
}

/** Returns the query parameters of the buildings that lost their coverage; null where the filter hides them. */
export const lapsedQuery = (): QueryPairs | null =>
  state.hidden.standing.has("lapsed") ? null : [["reason", "lapsed"], ...attributesQuery()];

/* Returns the filter by use and year as query parameters. */
function attributesQuery(): QueryPairs {
  const { hidden, built } = state;
  const years: QueryPairs = [];
  for (const [end, year] of Object.entries(built)) {
    if (year != null) years.push([`built_${end}`, String(year)]);
  }
  return [...pairs("not_use", hidden.use), ...years];
}

/** Whether the filter hides every management type and reason. */
export const passesNone = (): boolean => [...KINDS, ...REASONS].every((name) => state.hidden.standing.has(name));
