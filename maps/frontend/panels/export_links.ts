/* What the exports of the page contain, as query parameters of the service. */

import { filterQuery, passesNone } from "../core/building_filter.ts";
import { allCategories, STATUSES, showsNoIssue } from "../core/issue_filter.ts";
import { scopeCode } from "../core/scope.ts";
import { config, state } from "../core/store.ts";
import type { LevelName, QueryPairs } from "../core/types.ts";

/** An export in every file format. */
export interface ExportList {
  /** Of its label. */
  key: string;
  /** What the service exports. */
  subject: "issues" | "buildings" | "property-coverage";
  /** Null where they match nothing. */
  params: QueryPairs | null;
}

const FORMATS = { xlsx: "XLSX", csv: "CSV", geojson: "GeoJSON" };

/* Returns the values of a family that are shown; none when nothing is hidden, so that all are exported. */
function shownValues(family: "category" | "status", names: readonly string[]): QueryPairs {
  const hidden = state.hidden[family];
  return hidden.size ? names.filter((name) => !hidden.has(name)).map((name) => [family, name]) : [];
}

function issueParams(): QueryPairs {
  const { from, to } = state.period;
  const params = [...shownValues("category", allCategories()), ...shownValues("status", STATUSES)];
  if (from) params.push(["since", from]);
  if (to) params.push(["until", to]);
  return params;
}

/** Returns the exports of the page, whose table shows rows of a level, or none yet. */
export function exportLists(tableLevel: LevelName | "building" | null): ExportList[] {
  if (config.kind === "issues")
    return [{ key: "issues", subject: "issues", params: showsNoIssue() ? null : issueParams() }];
  const filter = passesNone() ? null : filterQuery();
  const uncovered: ExportList = {
    key: "uncovered_buildings",
    subject: "buildings",
    params: filter && [["covered", "false"], ["on", state.on], ...filter],
  };
  // The table of buildings lists the uncovered buildings itself.
  if (!tableLevel || tableLevel === "building") return [uncovered];
  const since: QueryPairs = state.then ? [["since", state.then]] : [];
  const rows: ExportList = {
    key: "export_table",
    subject: "property-coverage",
    params: filter && [["by", tableLevel], ...since, ["on", state.on], ...filter],
  };
  return [rows, uncovered];
}

/** Returns the name and the address of each file format of an export. */
export function exportLinks(exportUrl: string, subject: string, params: QueryPairs) {
  const address = exportUrl.replace("{subject}", subject);
  const area: QueryPairs = scopeCode() ? [["area", scopeCode()]] : [];
  return Object.entries(FORMATS).map(([format, name]) => {
    const query = new URLSearchParams([...params, ...area, ["lang", config.language], ["format", format]]);
    return { name, href: `${address}?${query}` };
  });
}
