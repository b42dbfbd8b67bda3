/* The uncovered buildings of the scope, page by page, whatever part of the map is in view. */

import { dataClient } from "../core/data_client.ts";
import { scopeCode, scopeKey } from "../core/scope.ts";
import { config, mapStyle, state } from "../core/store.ts";
import type { BuildingPage, Counts } from "../core/types.ts";
import { layers, tileZoom } from "../map/layer_registry.ts";

/* The buildings of a scope as far as loaded, as one page. */
interface BuildingList extends BuildingPage {
  key: string;
}

let list: BuildingList | null = null;
let latestKey = ""; // of the list that was requested last

/** Returns the buildings of the scope as far as loaded; loads the first page of another scope.

   `figures` are those of the scope: when their number of buildings changes, the list is read again. */
export async function listBuildings(figures: Pick<Counts, "uncovered"> | null): Promise<BuildingPage> {
  const key = JSON.stringify([scopeKey(), figures?.uncovered]);
  latestKey = key;
  if (list?.key === key) return list;
  const page = await dataClient().uncovered(scopeCode());
  if (latestKey !== key) return page; // the list of a scope that was left meanwhile
  if (list?.key !== key) list = { key, ...page }; // else it was requested twice, and may be longer by now
  return list;
}

/** Loads the next page of the list. */
export async function listMoreBuildings() {
  const current = list;
  if (!current) return;
  const page = await dataClient().uncovered(scopeCode(), current.next);
  if (current === list) list = { key: current.key, rows: [...current.rows, ...page.rows], next: page.next };
}

/** Whether the table lists single buildings. */
export function showsBuildings(map: L.Map): boolean {
  const { listsBuildings, follows, then } = state;
  return hasBuildings() && (listsBuildings || (follows && !then && tileZoom(map) >= mapStyle.zooms.dots));
}

/** Whether the page has buildings to list. */
export function hasBuildings(): boolean {
  return config.kind === "property-coverage" && Boolean(layers.buildings);
}
