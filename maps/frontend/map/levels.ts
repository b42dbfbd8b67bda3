/* The level of the areas shown, the area of the page and the selected feature. */

import { emit } from "../core/events.ts";
import { config, embedded, mapStyle, state } from "../core/store.ts";
import type { LevelName, Scope } from "../core/types.ts";
import { showsGrids } from "./choropleth.ts";
import { refreshLayers, tileZoom } from "./layer_registry.ts";
import { rescale } from "./layers.ts";

let map: L.Map;

/** Uses the zoom of a map from now on. */
export function followLevels(shownMap: L.Map) {
  map = shownMap;
}

/** Scales the symbols to the zoom, and chooses its level unless the user has chosen one. */
export function zoomed() {
  rescale(map);
  if (state.follows) changeLevel(levelAt(tileZoom(map)));
}

/** Shows the level of the zoom, and announces it even if it is the current one. */
export const showLevelOfZoom = () => setLevel(levelAt(tileZoom(map)));

/** Returns the finest level shown at a zoom, but at least one level below the current area. */
function levelAt(zoom: number): LevelName {
  const { levels } = config;
  const fits = levels.findLastIndex((level) => zoom >= mapStyle.levelZooms[level]);
  return levels[Math.max(fits, state.floor, 0)];
}

function changeLevel(level: LevelName) {
  if (level !== state.level) setLevel(level);
}

function setLevel(level: LevelName) {
  state.level = level;
  const areaLevels = config.levels.filter((name) => name !== "grid");
  const coarser = config.kind === "issues" ? -2 : 0; // fewer labels leave room for the clusters
  const index = level === "grid" ? areaLevels.length - 1 : areaLevels.indexOf(level);
  state.areaLevel = areaLevels[Math.max(0, index + coarser)];
  refreshLayers("shade", "borders", "grids", "names");
  emit("level");
}

/** Shows a level whatever the zoom; zooms in to where tiles have it. */
export function chooseLevel(level: LevelName) {
  state.follows = false;
  state.listsBuildings = false;
  setLevel(level);
  if (tileZoom(map) < mapStyle.levelZooms[level] && !embedded) map.setZoom(mapStyle.levelZooms[level]);
}

/** Lets the level follow the zoom again. */
export function followZoom() {
  state.follows = true;
  state.listsBuildings = false;
  setLevel(levelAt(tileZoom(map)));
}

/** Lists the buildings of the scope; the level of the map follows the zoom. */
export function setBuildingList() {
  state.follows = true;
  state.listsBuildings = true;
  setLevel(levelAt(tileZoom(map)));
}

/** Restricts the page to an area and shows its parts; null is the area of the page. */
export function setScope(area: Scope | null) {
  const { levels } = config;
  state.area = area ?? { code: config.area ?? "", name: config.title, level: levels[0] };
  state.scope = state.area.code;
  emit("scope");
  const level = area?.level;
  state.floor = Math.min((level ? levels.indexOf(level) : -1) + 1, levels.length - 1);
  const chosen = Math.max(levels.indexOf(state.level), state.floor);
  setLevel(state.follows ? levelAt(tileZoom(map)) : levels[level ? state.floor : chosen]);
}

/** Selects the feature with a code or reference; null selects none. */
export function select(code: string | null) {
  state.selected = code;
  refreshLayers("borders", "grids", "buildings", "issues");
  emit("selected");
}

/** Shows another date: updates tiles, figures and table. Shading and labels wait for the figures. */
export function setDay(on: string | null | undefined) {
  if (!on || on === state.on) return;
  state.on = on;
  refreshLayers("grids", "buildings", ...(showsGrids() ? (["shade", "names"] as const) : []));
  emit("day");
}
