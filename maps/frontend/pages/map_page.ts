/* Starts a map page: the MapStartup element calls `Gridward.open` with the map. */

import { listen } from "../core/events.ts";
import { byId, node } from "../core/nodes.ts";
import { hasDays } from "../core/recorded_days.ts";
import { onScope } from "../core/scope.ts";
import { config, homeBounds, state } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import { watchBasemap } from "../map/basemap.ts";
import { Compare } from "../map/compare.ts";
import { Figures } from "../map/figures.ts";
import { layers, refreshAllLayers } from "../map/layer_registry.ts";
import { followLevels, showLevelOfZoom, zoomed } from "../map/levels.ts";
import { Days } from "../panels/days.ts";
import { Tools } from "../panels/export_tools.ts";
import { Filters } from "../panels/filters.ts";
import { Counts } from "../panels/issue_counts.ts";
import { addLegend } from "../panels/legend.ts";
import { addMeasureTool } from "../panels/measure_tool.ts";
import { measures } from "../panels/measures.ts";
import { watchPointer } from "../panels/pointer.ts";
import { Search } from "../panels/search.ts";
import { addShareButton, keepViewInLinks } from "../panels/share.ts";
import { Table } from "../panels/table.ts";
import { Trend } from "../panels/trend.ts";
import { showHeadline, showIssueFigures } from "./headline.ts";
import { keepLink } from "./permalink.ts";

export { createBasemap } from "../map/basemap.ts";
export { createLayer } from "../map/layers.ts";
export * from "./inspect.ts";

let map: L.Map;

/** Starts the page on its map. */
export function open(pageMap: L.Map): void {
  map = pageMap;
  followLevels(map);
  addControls();
  map.fitBounds(homeBounds(), { animate: false });
  limitZoom(); // afterwards: a view below the least zoom would start an animation, which replaces that of a link
  watchPointer(map);
  watchBasemap(map);
  map.on("zoomend", zoomed);
  zoomed();
  const table = config.kind === "issues" ? openIssues() : openCoverage();
  new Search(map, byId("search"), table);
  addLegend(map);
  if (hasDays()) {
    const strip = byId("days");
    new Days(map, strip);
    new Compare(map, strip);
  }
  const address = keepLink(map, table);
  new Tools(map, byId("tools"), address);
  if (config.service) offerLink(address);
  state.opening = false;
  refreshAllLayers();
  // On a narrow screen the date strip gets a second line, which shrinks the map.
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  map.on("resize", fitPaper);
  map.on("resize", limitZoom);
  fitPaper();
  document.documentElement.dataset.ready = "true";
}

function offerLink(address: () => string): void {
  addShareButton(byId("tools"), address);
  keepViewInLinks(byId("visitor"), address);
}

/* Keeps the city from shrinking to a few specks. */
function limitZoom(): void {
  map.setMinZoom(Math.max(0, Math.floor(map.getBoundsZoom(homeBounds())) - 1));
}

/* Prints the map as seen: it keeps its size and is scaled, since tiles of another zoom would
   arrive too late. The paper is A4 landscape without margins and heading. */
function fitPaper(): void {
  if (window.matchMedia("print").matches) return;
  const { width, height } = map.getContainer().getBoundingClientRect();
  const paper = document.documentElement.style;
  paper.setProperty("--seen-width", `${width}px`);
  paper.setProperty("--seen-height", `${height}px`);
  paper.setProperty("--to-paper", String(Math.min(1046 / width, 588 / height)));
}

function addControls(): void {
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: translate("zoom_in"), zoomOutTitle: translate("zoom_out") }).addTo(map);
  addMeasureTool(map);
  L.control.scale({ imperial: false }).addTo(map);
  addNorthArrow(map);
  const toggle = document.querySelector(".leaflet-control-layers-toggle");
  toggle?.setAttribute("title", translate("layers"));
  toggle?.setAttribute("aria-label", translate("layers"));
  map.getContainer().setAttribute("aria-label", translate("map"));
  map.getContainer().setAttribute("role", "application");
}

/* The map is in Web Mercator, where north is up everywhere. */
function addNorthArrow(map: L.Map): void {
  const control = new L.Control({ position: "bottomleft" });
  control.onAdd = () =>
    node(
      "div",
      { class: "north leaflet-control", role: "img", "aria-label": translate("north_up") },
      translate("north"),
    );
  control.addTo(map);
}

function openCoverage(): Table {
  const table = new Table(map, byId("content"));
  showLevelOfZoom();
  if (config.kind === "grids") measures();
  else new Filters(map, byId("filters"));
  if (config.kind === "property-coverage" && hasDays()) new Trend(byId("trend"));
  new Figures(map);
  onScope(showHeadline);
  return table;
}

function openIssues(): null {
  showLevelOfZoom();
  new Counts(byId("content"));
  showIssueFigures();
  listen("filter", showIssueFigures);
  listen("filter", raiseNames);
  return null;
}

/* Puts the labels above the heat map and below clusters. */
function raiseNames(): void {
  const { names, issues } = layers;
  if (names && issues) names.setZIndex(issues.options.zIndex! + (state.heat ? 1 : -1));
}
