/* The filter of issues by category, status and report date, and what passes it. */

import { serviceClient } from "./data_client.ts";
import { embeddedFeatures } from "./embedded_features.ts";
import { config, embedded, mapStyle, service, state } from "./store.ts";
import { isoDay } from "./texts.ts";
import type { IssueCount, IssueProps } from "./types.ts";

/** The statuses of issues, in the order of their work. */
export const STATUSES = ["open", "in_progress", "resolved", "closed"];

const RESOLVED_STATUSES = ["resolved", "closed"];
const OTHER_COLOUR = "#7b868d";

let rows: IssueCount[] | null = null;
let latestCount = 0; // identifies the latest request
let areCounted = true;

/** Whether the rows are those of the period; false after they could not be counted. */
export const isPeriodCounted = (): boolean => areCounted;

/** Returns rows {category, status, issues}, counted from the embedded data or by the service. */
export function issueRows(): IssueCount[] {
  rows ??= embedded ? countEmbedded() : service().issueCounts;
  return rows;
}

function countEmbedded(): IssueCount[] {
  const counts = new Map<string, IssueCount>();
  for (const { props } of embeddedFeatures("issues")) {
    if (!inPeriod(props)) continue;
    const { category, status } = props;
    const key = JSON.stringify([category, status]);
    const row = counts.get(key) ?? { category, status, issues: 0 };
    row.issues += 1;
    counts.set(key, row);
  }
  return [...counts.values()];
}

/** Returns the number of issues of all rows. */
export const issueTotal = (list: readonly IssueCount[]): number => list.reduce((total, row) => total + row.issues, 0);

/** Returns the categories by descending frequency; the palette follows this order. */
export function categories(): string[] {
  const totals = new Map<string, number>();
  for (const row of issueRows()) totals.set(row.category, (totals.get(row.category) ?? 0) + row.issues);
  return [...totals].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1)).map(([category]) => category);
}

/** Counts the issues reported in the period again, unless another count begins meanwhile. */
export async function recountIssues(): Promise<void> {
  latestCount += 1;
  const request = latestCount;
  try {
    const counts = embedded ? null : await serviceClient().issueCounts(state.period);
    if (request !== latestCount) return; // superseded by a later request
    rows = counts;
    areCounted = true;
  } catch (error) {
    if (request !== latestCount) return;
    areCounted = false;
    throw error;
  }
}

const days = new Map<string, string>(); // by timestamp: formatting a date is slow

/* Returns the date of a timestamp in the city's time zone. */
function dayOf(moment: string): string {
  const cached = days.get(moment);
  if (cached !== undefined) return cached;
  const day = isoDay(moment);
  days.set(moment, day);
  return day;
}

/** Whether an issue was reported in the period. */
export function inPeriod({ reported_at: moment }: Pick<IssueProps, "reported_at">): boolean {
  const { from, to } = state.period;
  if (config.service || (!from && !to)) return true; // the service filters by period itself
  const day = dayOf(moment);
  return (!from || day >= from) && (!to || day <= to);
}

let initialCategories: string[] | null = null;

/** Returns all categories, independent of the period. */
export const allCategories = (): string[] => (initialCategories ??= categories());

/** Whether every category or every status is hidden. */
export const showsNoIssue = (): boolean =>
  allCategories().every((name) => state.hidden.category.has(name)) ||
  STATUSES.every((name) => state.hidden.status.has(name));

let palette: Map<string, string> | null = null;

/** Returns the colour of a category, always the same on a page. */
export function categoryColour(category: string): string {
  palette ??= new Map(categories().map((name, index) => [name, mapStyle.categories[index] ?? OTHER_COLOUR]));
  return palette.get(category) ?? OTHER_COLOUR;
}

/** Whether an issue passes the filter. */
export const isShown = (props: Pick<IssueProps, "category" | "status" | "reported_at">): boolean =>
  !state.hidden.category.has(props.category) && !state.hidden.status.has(props.status) && inPeriod(props);

/** Returns how many issues of all rows are resolved or closed. */
export const countResolved = (list: readonly IssueCount[]): number =>
  issueTotal(list.filter((row) => RESOLVED_STATUSES.includes(row.status)));
