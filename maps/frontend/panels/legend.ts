/* The legend of the colours at the current zoom. */

import { isFiltered } from "../core/building_filter.ts";
import { listen } from "../core/events.ts";
import { fill, node } from "../core/nodes.ts";
import { config, mapStyle, state } from "../core/store.ts";
import { swatch } from "../core/swatches.ts";
import { translate } from "../core/texts.ts";
import { tellsCoverage, tint } from "../map/choropleth.ts";
import { heatClasses } from "../map/heat.ts";
import { tileZoom } from "../map/layer_registry.ts";
import { emptyLook } from "../map/paint_rules.ts";
import { heatLabel, loadLabels, rateLabels } from "./class_labels.ts";

const entry = (swatch: HTMLElement, text: string) => node("li", {}, [swatch, text]);

/* No heading of level 2 lies above the legend. */
const section = (title: string, entries: HTMLElement[]) => [
  node("h3", { "aria-level": 2 }, title),
  node("ul", {}, entries),
];

/* What the map shows where an area has no class. */
function unclassed() {
  const { fill, hatch } = emptyLook();
  return [
    entry(swatch(fill, "", hatch), translate(isFiltered() ? "no_matches" : "no_homes")),
    entry(swatch(mapStyle.colours.paper), translate("no_data")),
  ];
}

function rates(zoom: number) {
  const labels = rateLabels(mapStyle.rates.map(([from]) => from));
  const entries = mapStyle.rates.map(([, colour], index) => entry(swatch(tint(colour, zoom)), labels[index]));
  return section(translate(isFiltered() ? "rate_filtered" : "rate"), [...entries.reverse(), ...unclassed()]);
}

function loads(zoom: number) {
  const entries = loadLabels(state.classes).map((label, index) =>
    entry(swatch(tint(mapStyle.loads[index], zoom)), label),
  );
  return section(translate(`per_grid.${state.measure}`), [...entries, ...unclassed()]);
}

function buildings() {
  const { built, covered, never_covered, lapsed, uncovered_line } = mapStyle.colours;
  if (!tellsCoverage()) return [node("ul", {}, entry(swatch(built), translate("building")))];
  return section(translate("building"), [
    entry(swatch(covered), translate("covered")),
    entry(swatch(never_covered), translate("never_covered")),
    entry(swatch(lapsed, "", uncovered_line), translate("lapsed")),
    ...(state.then ? ["gained", "lost"] : []).map((change) =>
      entry(swatch(mapStyle.colours[change], `outline ${change}`), translate(`column.${change}`)),
    ),
  ]);
}

function issues(zoom: number) {
  const { open, closed, ink } = mapStyle.colours;
  if (zoom < mapStyle.zooms.dots && state.heat) {
    return section(
      translate("issue_count_legend"),
      heatClasses(zoom).map(({ colour, from, to }) => entry(swatch(colour), heatLabel(from, to))),
    );
  }
  if (zoom < mapStyle.zooms.dots) {
    return section(translate("issues"), [
      entry(node("span", { class: "swatch bubble", "aria-hidden": "true" }, "12"), translate("issue_count_legend")),
      entry(swatch(open, "rim"), translate("unresolved")),
      entry(swatch(closed, "rim"), translate("resolved")),
    ]);
  }
  return section(translate("issues"), [
    entry(swatch(ink, "round"), translate("unresolved")),
    entry(swatch(ink, "hollow"), translate("resolved")),
  ]);
}

function content(zoom: number) {
  if (config.kind === "issues") return issues(zoom);
  const areas = config.kind === "grids" && state.measure !== "rate" ? loads(zoom) : rates(zoom);
  return zoom >= mapStyle.zooms.buildings ? [...areas, ...buildings()] : areas;
}

/** Adds the legend to a map and keeps it up to date. */
export function addLegend(map: L.Map) {
  const control = new L.Control({ position: "bottomright" });
  const body = node("div", { class: "legend-body" });
  control.onAdd = () => {
    const wide = window.matchMedia("(min-width: 700px)").matches;
    const box = node("details", { class: "legend leaflet-control", open: wide }, [
      node("summary", {}, translate("legend")),
      body,
    ]);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  const draw = () => fill(body, content(tileZoom(map)));
  map.on("zoomend", draw);
  for (const name of ["level", "measure", "filter", "compare"] as const) listen(name, draw);
  control.addTo(map);
  draw();
}
