/* The scope of the page: the chosen area on the day shown, under the filter, and what it counts.

   Headline, finding, total of the table, list of buildings and exports all count these buildings. */

import { dropOldest } from "./bounded_map.ts";
import { filterQuery, isFiltered, passesNone } from "./building_filter.ts";
import { dataClient } from "./data_client.ts";
import { listen } from "./events.ts";
import { config, state } from "./store.ts";
import { formatLongDay, formatNumber, translate } from "./texts.ts";
import { sumRows, type Totals } from "./totals.ts";
import type { AreaProps, LevelName, Scope } from "./types.ts";

/** How many uncovered buildings lost their coverage, and how many never had any. */
export interface UncoveredReasons {
  lapsed: number;
  never: number;
}

/** The figures of the scope. */
export interface ScopeFigures extends Totals {
  /** The number of grids, null except on the grids page. */
  grids: number | null;
  /** Null where they could not be loaded. In a large city they take longer than the other figures. */
  reasons: Promise<UncoveredReasons | null>;
}

const FRESH = 60_000; // milliseconds after which figures are requested again
const MOST = 50; // scopes whose figures are cached

const cachedFigures = new Map<string, { requested: number; figures: Promise<ScopeFigures | null> }>();

/** Returns the code of the area that requests are limited to; "" for all areas. */
export const scopeCode = (): string => state.scope || config.city || "";

/** Returns the name of the scope's area in the page's language. */
export const scopeName = (): string => state.area.name;

/** Returns a key of what the scope counts: area, day and filter. */
export const scopeKey = (): string => JSON.stringify([scopeCode(), state.on, filterQuery(), passesNone()]);

/** Returns the level whose rows are those of the scope's area itself, or add up to them. */
export const levelOf = ({ level }: Scope): LevelName =>
  level && config.levels.includes(level) ? level : config.levels[0];

let gridsOfDay: { on: string; rows: Promise<AreaProps[]> } | null = null;

/** Returns a promise of the rows of all grids of the page on the day shown; requested once. */
export function gridRows(): Promise<AreaProps[]> {
  const { on } = state;
  if (gridsOfDay?.on === on) return gridsOfDay.rows;
  const rows = dataClient().rows("grid", config.area || config.city || "");
  gridsOfDay = { on, rows };
  rows.catch(() => {
    if (gridsOfDay?.rows === rows) gridsOfDay = null; // requested again the next time
  });
  return rows;
}

async function load(): Promise<ScopeFigures | null> {
  const [level, code, client] = [levelOf(state.area), scopeCode(), dataClient()];
  const rows = await client.rows(level, code);
  if (!rows.length) return null;
  // After the rows: in a large city this count takes longest, and must not keep others waiting.
  const lapsedCount = client.lapsed(level, code).catch(() => null); // the finding leaves the reasons out
  const total = sumRows(rows);
  const grids = config.kind === "grids" ? (await gridRows()).filter((grid) => grid.code.startsWith(code)).length : null;
  const split = (lapsed: number | null) => (lapsed == null ? null : { lapsed, never: total.uncovered - lapsed });
  return { ...total, grids, reasons: lapsedCount.then(split) };
}

/** Returns the figures of the scope; null without rows. */
export function scopeFigures(): Promise<ScopeFigures | null> {
  const key = scopeKey();
  const cached = cachedFigures.get(key);
  if (cached && performance.now() - cached.requested < FRESH) return cached.figures;
  const figures = load();
  cachedFigures.delete(key); // so that it moves to the end
  cachedFigures.set(key, { requested: performance.now(), figures });
  dropOldest(cachedFigures, MOST);
  figures.catch(() => cachedFigures.delete(key)); // requested again the next time
  return figures;
}

/** Calls back with the figures of the scope whenever it changes; with null if they cannot be loaded. */
export function onScope(callback: (figures: ScopeFigures | null) => void): void {
  let latestKey = "";
  const read = async () => {
    const key = scopeKey();
    latestKey = key;
    const figures = await scopeFigures().catch(() => null); // the table shows the error
    if (key === latestKey) callback(figures);
  };
  for (const subject of ["scope", "day", "filter"] as const) listen(subject, read);
  read();
}

function whyUncovered({ lapsed, never }: UncoveredReasons): string {
  const key = !never ? "lapsed" : !lapsed ? "never_covered" : "both";
  return translate(`finding.${key}`, { lapsed: formatNumber(lapsed), never: formatNumber(never) });
}

/** Returns the finding about the scope as a sentence, with the reasons if they are loaded; "" without figures. */
export function finding(
  figures: Pick<Totals, "buildings" | "uncovered"> | null,
  reasons: UncoveredReasons | null = null,
): string {
  if (!figures) return "";
  const { buildings, uncovered } = figures;
  const kind = !buildings ? "none" : !uncovered ? "all_covered" : uncovered === 1 ? "one" : "some";
  const numbers = { buildings: formatNumber(buildings), uncovered: formatNumber(uncovered) };
  const what = translate(`finding.${kind}${isFiltered() ? ".filtered" : ""}`, numbers);
  const why = uncovered && reasons ? whyUncovered(reasons) : "";
  return translate("finding", { area: scopeName(), day: formatLongDay(state.on), what, why });
}
