/* The brush: transfers the buildings under a stroke, with their Voronoi cells, to the selected grid. */

import { listen } from "../core/events.ts";
import { editor, gridColour, selectGrid } from "./editor_state.ts";
import { isWithin } from "./event_target.ts";
import { openIfSelecting } from "./open_community.ts";
import { applyOperation } from "./operations.ts";
import { plan } from "./plan.ts";
import type { PlanLayers } from "./plan_layers.ts";

const SAMPLE_DISTANCE = 4; // pixels between two samples along a stroke

interface Stroke {
  /** The code of the grid that receives the buildings. */
  to: string;
  /** The codes of the buildings under the stroke. */
  buildings: Set<string>;
  last: L.LatLng;
}

/** Listens to the mouse and the keyboard while the brush is the tool. */
export class Brush {
  readonly #map: L.Map;
  readonly #layers: PlanLayers;
  #stroke: Stroke | null = null;

  constructor(map: L.Map, layers: PlanLayers) {
    this.#map = map;
    this.#layers = layers;
    map.on("mousedown", (event) => this.#press(event));
    map.on("mousemove", (event) => this.#moveTo(event.latlng));
    document.addEventListener("mouseup", () => this.finish());
    document.addEventListener("keydown", (event) => this.#allowPanning(event));
    document.addEventListener("keyup", ({ key }) => key === " " && this.#updatePanning());
    listen("mode", () => this.#updatePanning());
    listen("refused", () => this.#clearPreview());
  }

  /* With the brush, dragging paints instead of moving the map. */
  #updatePanning() {
    if (editor.tool === "paint") this.#map.dragging.disable();
    else this.#map.dragging.enable();
  }

  /* While Space is down, dragging moves the map. On controls and with the keyboard cursor Space keeps its own meaning. */
  #allowPanning(event: KeyboardEvent) {
    if (event.key !== " " || editor.tool !== "paint" || this.#stroke || event.defaultPrevented) return;
    if (isWithin(event, "input, textarea, button, a, summary, dialog")) return;
    event.preventDefault();
    this.#map.dragging.enable();
  }

  #press({ latlng, originalEvent }: L.LeafletMouseEvent) {
    if (editor.tool !== "paint" || originalEvent.button !== 0 || this.#map.dragging.enabled()) return;
    this.begin(latlng);
  }

  /** Starts a stroke. Where there is no building, selects the grid at the location. */
  begin(latlng: L.LatLng) {
    const overBuilding = this.#layers.buildingsNear(latlng).length > 0;
    const hasTarget = editor.selected.length > 0;
    if (!overBuilding || !hasTarget) {
      const code = plan.gridAt([latlng.lng, latlng.lat]);
      if (code) selectGrid(code);
      else openIfSelecting(latlng);
      if (overBuilding || !code) return;
    }
    this.#stroke = { to: editor.selected[0], buildings: new Set(), last: latlng };
    this.#addBuildings(this.#stroke, latlng);
  }

  #moveTo(latlng: L.LatLng) {
    if (!this.#stroke) return;
    const [from, to] = [this.#map.project(this.#stroke.last), this.#map.project(latlng)];
    const samples = Math.max(1, Math.ceil(from.distanceTo(to) / SAMPLE_DISTANCE));
    for (let sample = 1; sample <= samples; sample++) {
      const point = from.add(to.subtract(from).multiplyBy(sample / samples));
      this.#addBuildings(this.#stroke, this.#map.unproject(point));
    }
    this.#stroke.last = latlng;
  }

  #addBuildings({ to, buildings }: Stroke, latlng: L.LatLng) {
    const community = plan.grids.get(to)?.properties.community_code;
    for (const building of this.#layers.buildingsNear(latlng)) {
      if (buildings.has(building.code) || building.community !== community) continue;
      const from = plan.gridAt(building.point);
      if (from === to || (from !== null && editor.locked.has(from))) continue;
      buildings.add(building.code);
      this.#layers.previewBuilding(building.code, gridColour(to));
    }
  }

  /** Ends the stroke and transfers its buildings. */
  async finish() {
    if (!this.#stroke) return;
    const { to, buildings } = this.#stroke;
    this.#stroke = null;
    if (buildings.size) await applyOperation({ kind: "transfer", buildings: [...buildings].sort(), to }, [to]);
    this.#clearPreview();
  }

  /* Removes the colours of buildings that were not transferred. */
  #clearPreview() {
    if (!this.#stroke) this.#layers.clearPreview();
  }

  /** Ends the stroke without a transfer; returns whether there was one. */
  cancel() {
    const wasPainting = this.#stroke !== null;
    this.#stroke = null;
    this.#clearPreview();
    return wasPainting;
  }
}
