/* Starts the redraw page: the MapStartup element calls `Gridward.open` with the map. */

import { serviceClient } from "../core/data_client.ts";
import { listen } from "../core/events.ts";
import { byId } from "../core/nodes.ts";
import { config, homeBounds, mapStyle, state } from "../core/store.ts";
import { loadFailed, translate, translateValue } from "../core/texts.ts";
import type { SearchHit } from "../core/types.ts";
import { watchBasemap } from "../map/basemap.ts";
import { refreshAllLayers, refreshLayers, tileZoom } from "../map/layer_registry.ts";
import { rescale } from "../map/layers.ts";
import { hideShapes } from "../map/paint_rules.ts";
import { Search } from "../panels/search.ts";
import { Brush } from "../redraw/brush.ts";
import { Comments } from "../redraw/comments.ts";
import { restoreLocks, selectGrid } from "../redraw/editor_state.ts";
import { Endings } from "../redraw/endings.ts";
import { Findings } from "../redraw/findings.ts";
import { GridTable } from "../redraw/grid_table.ts";
import { Impact } from "../redraw/impact.ts";
import { KeyboardCursor } from "../redraw/keyboard_cursor.ts";
import { LineTool } from "../redraw/line_tool.ts";
import { showError, showMessage } from "../redraw/messages.ts";
import { openAt, openCommunitiesOn } from "../redraw/open_community.ts";
import { onConflict } from "../redraw/operations.ts";
import { openPlan, plan } from "../redraw/plan.ts";
import { PlanLayers } from "../redraw/plan_layers.ts";
import { offerReload } from "../redraw/publish.ts";
import { Steps } from "../redraw/steps.ts";
import { enableTabs } from "../redraw/tabs.ts";
import { Toolbar } from "../redraw/toolbar.ts";

export { createBasemap } from "../map/basemap.ts";
export { createLayer } from "../map/layers.ts";
export { plan } from "../redraw/plan.ts";
export * from "./inspect.ts";

let map: L.Map;

/** Starts the page on its map. */
export async function open(pageMap: L.Map): Promise<void> {
  map = pageMap;
  openCommunitiesOn(map);
  prepareMap();
  openPlan(`${config.urls.plans}/${config.plan}`);
  // In open communities the plan shows its own grids.
  hideShapes(({ code, community_code: community }) => isOpen(code) || isOpen(community));
  try {
    await plan.load();
    openEditor();
  } catch (error) {
    showError(error);
  }
  document.documentElement.dataset.ready = "true";
}

const isOpen = (code: string | null | undefined): boolean => code != null && plan.communities.has(code);

function prepareMap(): void {
  map.doubleClickZoom.disable();
  map.boxZoom.disable();
  L.control.zoom({ zoomInTitle: translate("zoom_in"), zoomOutTitle: translate("zoom_out") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.attributionControl.setPrefix(false);
  map.getContainer().setAttribute("aria-label", translate("map_keys"));
  map.getContainer().setAttribute("role", "application");
  map.fitBounds(homeBounds(), { animate: false });
  state.opening = false;
  refreshAllLayers();
  watchBasemap(map);
  map.on("zoomend", zoomed);
  zoomed();
}

/* Shows labels and borders of the finest level for the zoom. */
function zoomed(): void {
  rescale(map);
  const areas = config.levels.filter((level) => level !== "grid");
  const level = areas.findLast((name) => tileZoom(map) >= mapStyle.levelZooms[name]) ?? areas[0];
  if (level === state.areaLevel) return;
  state.areaLevel = level;
  refreshLayers("shade", "borders", "names");
}

function openEditor(): void {
  restoreLocks();
  const layers = new PlanLayers(map, plan);
  layers.draw(); // first, because it assigns the grid colours
  const brush = new Brush(map, layers);
  const lineTool = new LineTool(map);
  new KeyboardCursor(map, brush, lineTool);
  enableTabs();
  onConflict(offerReload);
  new Endings(byId("endings"));
  new Toolbar(byId("toolbar"), byId("hint"), lineTool, brush);
  new GridTable(byId("tab-grids"), layers);
  new Findings(byId("tab-findings"), map);
  new Impact(byId("tab-impact"));
  new Comments(byId("tab-comments"));
  new Steps(byId("tab-steps"));
  new PlanSearch(map, byId("search"));
  layers.fit([...plan.grids.keys()]);
  let openCommunities = 0;
  listen("plan", () => {
    updateTitleBar();
    if (openCommunities !== plan.communities.size) refreshLayers("grids", "names");
    openCommunities = plan.communities.size;
  });
  updateTitleBar();
}

/* Updates the title bar: name and status. */
function updateTitleBar(): void {
  const { title, status, author, revision } = plan.json;
  document.title = `${title} · ${translate("redraw_grids")}`;
  byId("plan-title").textContent = title;
  const state = revision
    ? translate("revision", { number: revision })
    : status === "draft"
      ? translate("all_saved")
      : "";
  byId("as-of").textContent = [translateValue("plan", status), author, state].filter(Boolean).join(" · ");
}

class PlanSearch extends Search {
  protected override async find(query: string): Promise<SearchHit[]> {
    return (await super.find(query)).filter(({ kind }) => kind !== "manager"); // has no one place
  }

  protected override async go(hit: SearchHit): Promise<void> {
    this.close();
    this.input.value = hit.name ?? hit.code;
    try {
      const place = hit.datum ? await serviceClient().lookUp(hit.lon, hit.lat, hit.datum) : hit;
      map.setView([place.lat, place.lon], Math.max(map.getZoom(), 16), { animate: false });
      await openAt({ lat: place.lat, lng: place.lon });
      if (plan.grids.has(hit.code)) selectGrid(hit.code);
    } catch (error) {
      showMessage(loadFailed(error), "fault");
    }
  }
}
