/* The head of a map page: the name of the scope, its figures and the finding. */

import { isFiltered } from "../core/building_filter.ts";
import { countResolved, isPeriodCounted, issueRows, issueTotal } from "../core/issue_filter.ts";
import { byId, fill, node } from "../core/nodes.ts";
import { finding, type ScopeFigures, scopeKey, scopeName } from "../core/scope.ts";
import { config, state } from "../core/store.ts";
import { formatNumber, formatPercent, translate } from "../core/texts.ts";

/* A figure: the key of its title, its text and, if any, its class. */
type Figure = [key: string, text: string, kind?: string];

/** Shows what the scope counts. Dashes are figures that could not be loaded. */
export function showHeadline(figures: ScopeFigures | null): void {
  const name = scopeName();
  document.querySelector(".bar h1")!.firstChild!.textContent = config.service ? name : `${name} `;
  document.title = `${name} · ${translate(`title.${config.kind}`)}`;
  showFinding(figures);
  show(config.kind === "grids" ? gridFigures(figures) : coverageFigures(figures));
}

async function showFinding(figures: ScopeFigures | null): Promise<void> {
  const [element, key] = [byId("finding"), scopeKey()];
  element.textContent = finding(figures);
  const reasons = await figures?.reasons;
  if (key === scopeKey()) element.textContent = finding(figures, reasons);
}

/** Shows the numbers of the issues that pass the filter. Dashes are numbers that could not be loaded. */
export function showIssueFigures(): void {
  const all = issueRows();
  const counts = all.filter(
    ({ category, status }) => !state.hidden.category.has(category) && !state.hidden.status.has(status),
  );
  const total = issueTotal(counts);
  const resolved = countResolved(counts);
  const isPart = counts.length < all.length || state.period.from || state.period.to;
  const ifCounted = (figure: number | null) => (isPeriodCounted() ? figure : null);
  show([
    [isPart ? "issues_filtered" : "issues", formatNumber(ifCounted(total))],
    ["unresolved", formatNumber(ifCounted(total - resolved)), "alarm"],
    ["resolution_rate", formatPercent(ifCounted(total ? resolved / total : null))],
  ]);
}

const coverageFigures = (figures: ScopeFigures | null): Figure[] => [
  [isFiltered() ? "buildings_filtered" : "buildings", formatNumber(figures?.buildings)],
  ["rate", formatPercent(figures?.rate)],
  ["uncovered_buildings", formatNumber(figures?.uncovered), "alarm"],
  ["households", formatNumber(figures?.households)],
];

const gridFigures = (figures: ScopeFigures | null): Figure[] => [
  ["grids", formatNumber(figures?.grids)],
  ["buildings", formatNumber(figures?.buildings)],
  ["households", formatNumber(figures?.households)],
  ["households_per_grid", formatNumber(figures?.grids ? Math.round(figures.households / figures.grids) : null)],
  ["rate", formatPercent(figures?.rate)],
];

function show(figures: Figure[]): void {
  fill(
    byId("figures"),
    figures.map(([key, text, kind]) =>
      node("div", { class: kind ?? "" }, [node("dt", {}, translate(key)), node("dd", {}, text)]),
    ),
  );
}
