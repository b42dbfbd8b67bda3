/* The findings in the open communities, those that the plan made first; a click zooms to one. */

import { listen } from "../core/events.ts";
import { button, fill, node } from "../core/nodes.ts";
import { config, mapStyle } from "../core/store.ts";
import { formatNumber, translate, translateValue } from "../core/texts.ts";
import { shortCode } from "./editor_state.ts";
import { FINDING_ORDERS, type FindingOrder, type RankedFinding, sortFindings } from "./finding_order.ts";
import { plan } from "./plan.ts";
import type { Finding } from "./plan_types.ts";
import { LimitList } from "./size_limits.ts";
import { setBadge } from "./tabs.ts";

const SHAPE_MIN_SIZE = 20; // metres across, from which the map zooms to a shape instead of its point

/* Returns the size of a finding with its unit, and the limit that it breaks. */
function sizeText({ kind, size, unit, limit }: Finding) {
  const text = `${formatNumber(size < 10 ? size : Math.round(size))} ${config.texts[`unit.${unit}`] ?? unit}`;
  if (limit === null) return text;
  return `${text}, ${translate(kind === "grid_too_small" ? "limit_at_least" : "limit_at_most", { limit: formatNumber(limit) })}`;
}

/** Lists the findings, and marks the selected one on the map. */
export class Findings {
  readonly #list = node("div");
  readonly #order = node(
    "select",
    {},
    FINDING_ORDERS.map((order) => node("option", { value: order }, translateValue("order", order))),
  );
  readonly #orderField = node("label", { class: "order" }, [translate("sort_by"), this.#order]);
  readonly #map: L.Map;
  readonly #highlight: L.LayerGroup;

  constructor(element: HTMLElement, map: L.Map) {
    const limits = node("div");
    fill(element, [limits, this.#orderField, this.#list]);
    new LimitList(limits);
    this.#map = map;
    this.#order.addEventListener("change", () => this.#draw());
    this.#highlight = L.layerGroup().addTo(map);
    listen("plan", () => this.#draw());
    this.#draw();
  }

  #draw() {
    this.#highlight.clearLayers();
    const findings = plan.allFindings();
    setBadge(
      "findings",
      findings.length,
      findings.some((finding) => finding.is_error),
    );
    this.#orderField.hidden = findings.length < 2;
    const sorted = sortFindings(findings, this.#order.value as FindingOrder);
    const items = sorted.map((finding) => node("li", {}, this.#entry(finding)));
    fill(
      this.#list,
      items.length ? node("ul", { class: "found" }, items) : node("p", { class: "empty" }, translate("no_findings")),
    );
  }

  #entry(finding: RankedFinding) {
    const { kind, is_error: isError, codes, meaning, isNew } = finding;
    const title = config.texts[`finding.${kind}`] ?? meaning;
    const details = [codes.map(shortCode).join(", "), sizeText(finding), isNew ? null : translate("finding_earlier")];
    return button(
      [
        node(
          "span",
          { class: `weight ${isError ? "error" : ""}` },
          translate(isError ? "finding_error" : "finding_warning"),
        ),
        node("b", {}, title),
        node("small", {}, details.filter(Boolean).join(" · ")),
      ],
      () => this.#zoomTo(finding),
      { title: translate("zoom_to") },
    );
  }

  /* Zooms to a finding and highlights it until the plan changes. */
  #zoomTo({ lon, lat, geometry }: Finding) {
    this.#highlight.clearLayers();
    const style: L.PathOptions = {
      pane: "plan-line",
      renderer: L.svg({ pane: "plan-line" }),
      color: mapStyle.colours.line,
      weight: 4,
      fillOpacity: 0.35,
      interactive: false,
    };
    const pointToLayer = (_: unknown, location: L.LatLng) => L.circleMarker(location, style);
    const shape = geometry ? L.geoJSON(geometry, { style, pointToLayer }) : null;
    this.#highlight.addLayer(L.circleMarker([lat, lon], { ...style, radius: 14, fill: false }));
    if (shape) this.#highlight.addLayer(shape);
    const bounds = shape?.getBounds();
    if (bounds?.isValid() && bounds.getNorthEast().distanceTo(bounds.getSouthWest()) > SHAPE_MIN_SIZE) {
      this.#map.fitBounds(bounds, { padding: [60, 60], maxZoom: 19, animate: false });
    } else this.#map.setView([lat, lon], Math.max(this.#map.getZoom(), 18), { animate: false });
  }
}
