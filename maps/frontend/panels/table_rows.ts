/* Reads the rows of the table: figures, changes between two dates, or single buildings of the scope. */

import { dataClient, serviceClient } from "../core/data_client.ts";
import { type ScopeFigures, scopeCode, scopeFigures } from "../core/scope.ts";
import { embedded, state } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import { sum } from "../core/totals.ts";
import type { AreaProps, BuildingPage, LevelName } from "../core/types.ts";
import { namedRows } from "../map/features_in_view.ts";
import { listBuildings, showsBuildings } from "./building_list.ts";
import { BUILDING_COLUMNS, COMPARED_COLUMNS, figureColumns } from "./table_columns.ts";
import { type AreaListing, type BuildingListing, missingBuildings, type TableListing } from "./table_listing.ts";

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
  const rows = then ? await withChanges(named, level) : named;
  const changes = then ? { gained: sum(rows, "gained"), lost: sum(rows, "lost") } : {};
  return {
    level,
    rows,
    columns: then ? COMPARED_COLUMNS : figureColumns(),
    total: { ...figures, ...changes },
    count: isPart ? null : rows.length,
    gaps: isPart ? translate("grids_in_view") : missingBuildings(figures, rows),
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

/* Adds the buildings gained and lost since the earlier date to each row. */
async function withChanges(rows: readonly AreaProps[], level: LevelName): Promise<AreaProps[]> {
  const changes = new Map((await serviceClient().changes(level, scopeCode())).map((row) => [row.code, row]));
  return rows.map((row) => ({
    ...row,
    gained: changes.get(row.code)?.gained ?? 0,
    lost: changes.get(row.code)?.lost ?? 0,
  }));
}
