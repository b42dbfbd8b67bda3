/* Reads the rows of the table: figures, changes between two dates, or single buildings of the scope. */

import { dataClient, serviceClient } from "../core/data_client.ts";
import { levelOf, type ScopeFigures, scopeCode, scopeFigures } from "../core/scope.ts";
import { embedded, state } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import { sum } from "../core/totals.ts";
import type { AreaProps, BuildingPage, CoverageChange, LevelName } from "../core/types.ts";
import { namedRows } from "../map/features_in_view.ts";
import { listBuildings, showsBuildings } from "./building_list.ts";
import { BUILDING_COLUMNS, COMPARED_COLUMNS, figureColumns, type TotalRow } from "./table_columns.ts";
import {
  type AreaListing,
  type BuildingListing,
  comparisonText,
  missingBuildings,
  type TableListing,
} from "./table_listing.ts";

const MOST_BUILDINGS = 50_000; // a larger area lists only its grids in view while the level follows the zoom

/** Returns all rows of the level in the scope, or its uncovered buildings. */
export async function readRows(map: L.Map): Promise<TableListing> {
  const figures = await scopeFigures();
  return showsBuildings(map) ? buildingListing(figures, await listBuildings(figures)) : readAreas(map, figures);
}

async function readAreas(map: L.Map, figures: ScopeFigures | null): Promise<AreaListing> {
  const { level, follows, then } = state;
  const isPart = level === "grid" && follows && !embedded && (figures?.buildings ?? 0) > MOST_BUILDINGS;
  const allRows = await dataClient().rows(level, scopeCode(), isPart ? map.getBounds().toBBoxString() : null);
  const named = await namedRows(map, level, allRows);
  const [rows, total] = then ? await Promise.all([withChanges(named, level), totalChange()]) : [named, null];
  const gaps = isPart ? translate("grids_in_view") : missingBuildings(figures, rows);
  return {
    level,
    rows,
    columns: then ? COMPARED_COLUMNS : figureColumns(),
    total: { ...figures, ...total },
    count: isPart ? null : rows.length,
    gaps: [gaps, total && comparisonText({ ...figures, ...total })].filter(Boolean).join(" "),
    hasMore: false,
    isPart,
  };
}

function buildingListing(figures: ScopeFigures | null, { rows, next }: BuildingPage): BuildingListing {
  const total = figures ? { ...figures, households: figures.households - figures.covered_households } : {};
  return {
    level: "building",
    rows,
    columns: embedded ? BUILDING_COLUMNS.slice(0, -1) : BUILDING_COLUMNS,
    total,
    count: figures?.uncovered,
    gaps: "",
    hasMore: next != null,
    isPart: false,
  };
}

/* Adds the figures of the earlier date, and what changed since then, to each row. */
async function withChanges(rows: readonly AreaProps[], level: LevelName): Promise<AreaProps[]> {
  const changes = new Map((await serviceClient().changes(level, scopeCode())).map((row) => [row.code, row]));
  return rows.map((row) => ({ ...row, ...sumChanges([changes.get(row.code) ?? []].flat()) }));
}

/* Returns the same of the scope. Its parts may have fewer buildings: some are in no grid. */
const totalChange = async () => sumChanges(await serviceClient().changes(levelOf(state.area), scopeCode()));

function sumChanges(changes: readonly CoverageChange[]): TotalRow {
  const [gained, lost] = [sum(changes, "gained"), sum(changes, "lost")];
  const [buildings, uncovered] = [sum(changes, "buildings_before"), sum(changes, "uncovered_before")];
  return {
    gained,
    lost,
    net: gained - lost,
    uncovered_before: uncovered,
    rate_before: buildings ? 1 - uncovered / buildings : null,
  };
}
