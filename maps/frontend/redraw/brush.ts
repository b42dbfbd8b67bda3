/* The brush: transfers the buildings under a stroke, with their Voronoi cells, to the selected grid. */

import { listen } from "../core/events.ts";
import { node } from "../core/nodes.ts";
import { brushRadius, editor, gridColour, selectGrid } from "./editor_state.ts";
import { isWithin } from "./event_target.ts";
import { openIfSelecting } from "./open_community.ts";
import { plan } from "./plan.ts";
import type { PlanLayers } from "./plan_layers.ts";
import { StrokeQueue } from "./stroke_queue.ts";

const SAMPLE_DISTANCE = 4; // pixels between two samples along a stroke
const TOUCH_SLOP = 6; // pixels that a finger moves before it paints: until then a second one may follow

interface Stroke {
  /** The code of the grid that receives the buildings. */
  to: string;
  /** The codes of the buildings under the stroke. */
  buildings: Set<string>;
  last: L.LatLng;
}

/** Listens to mouse, pen, fingers and keyboard while the brush is the tool: one finger paints, two move the map. */
export class Brush {
  readonly #map: L.Map;
  readonly #layers: PlanLayers;
  readonly #queue = new StrokeQueue(() => this.#preview());
  readonly #ring = node("div", { class: "brush-ring", hidden: true, "aria-hidden": "true" });
  #stroke: Stroke | null = null;
  /* By number, the pointers that are down. */
  readonly #pointers = new Set<number>();
  /* The first location of a finger that may still be one of two. */
  #touched: PointerEvent | null = null;

  constructor(map: L.Map, layers: PlanLayers) {
    this.#map = map;
    this.#layers = layers;
    const container = map.getContainer();
    container.append(this.#ring);
    container.addEventListener("pointerdown", (event) => this.#press(event));
    container.addEventListener("pointerleave", () => this.#hideRing());
    document.addEventListener("pointermove", (event) => this.#drag(event));
    document.addEventListener("pointerup", (event) => this.#lift(event));
    document.addEventListener("pointercancel", (event) => this.#lose(event));
    document.addEventListener("keydown", (event) => this.#allowPanning(event));
    document.addEventListener("keyup", ({ key }) => key === " " && this.#updatePanning());
    listen("mode", () => this.#updatePanning());
    for (const event of ["refused", "plan"] as const) listen(event, () => this.#preview());
  }

  /* With the brush, dragging paints instead of moving the map. */
  #updatePanning() {
    const paints = editor.tool === "paint";
    if (paints) this.#map.dragging.disable();
    else this.#map.dragging.enable();
    this.#map.getContainer().style.touchAction = paints ? "none" : "";
    this.#hideRing();
  }

  /* While Space is down, dragging moves the map. On controls and with the keyboard cursor Space keeps its own meaning. */
  #allowPanning(event: KeyboardEvent) {
    if (event.key !== " " || editor.tool !== "paint" || this.#stroke || event.defaultPrevented) return;
    if (isWithin(event, "input, textarea, button, a, summary, dialog")) return;
    event.preventDefault();
    this.#map.dragging.enable();
  }

  #press(event: PointerEvent) {
    if (editor.tool !== "paint" || event.button !== 0 || isWithin(event, ".leaflet-control")) return;
    this.#pointers.add(event.pointerId);
    if (this.#pointers.size > 1) {
      this.cancel(); // Leaflet moves and zooms the map with two fingers
      return;
    }
    if (this.#map.dragging.enabled()) return;
    if (event.pointerType === "touch") this.#touched = event;
    else this.begin(this.#map.mouseEventToLatLng(event));
  }

  #drag(event: PointerEvent) {
    this.#moveRing(event);
    if (this.#touched && distance(this.#touched, event) > TOUCH_SLOP) this.#beginTouch();
    if (this.#stroke && this.#pointers.has(event.pointerId)) this.#moveTo(this.#map.mouseEventToLatLng(event));
  }

  #beginTouch() {
    const event = this.#touched;
    this.#touched = null;
    if (event) this.begin(this.#map.mouseEventToLatLng(event));
  }

  #lift(event: PointerEvent) {
    if (!this.#pointers.delete(event.pointerId)) return;
    this.#beginTouch();
    this.finish();
  }

  #lose(event: PointerEvent) {
    if (this.#pointers.delete(event.pointerId)) this.cancel();
  }

  /* Shows how far the brush reaches around a mouse or pen. */
  #moveRing(event: PointerEvent) {
    const isShown = editor.tool === "paint" && event.pointerType !== "touch" && isWithin(event, ".leaflet-container");
    this.#ring.hidden = !isShown;
    if (!isShown) return;
    const { x, y } = this.#map.mouseEventToContainerPoint(event);
    const size = `${2 * brushRadius()}px`;
    Object.assign(this.#ring.style, {
      width: size,
      height: size,
      transform: `translate(${x}px, ${y}px) translate(-50%, -50%)`,
    });
  }

  #hideRing() {
    this.#ring.hidden = true;
  }

  /** Starts a stroke. Where there is no building, selects the grid at the location. */
  begin(latlng: L.LatLng) {
    const overBuilding = this.#layers.buildingsNear(latlng, brushRadius()).length > 0;
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
    for (const building of this.#layers.buildingsNear(latlng, brushRadius())) {
      if (buildings.has(building.code) || building.community !== community) continue;
      const from = this.#gridOf(building.code) ?? plan.gridAt(building.point);
      if (from === to || (from !== null && editor.locked.has(from))) continue;
      buildings.add(building.code);
      this.#layers.previewBuilding(building.code, gridColour(to));
    }
  }

  /* Returns the grid that a stroke, which is not in the plan yet, gives a building. */
  #gridOf(building: string) {
    return this.#queue.strokes.findLast(({ buildings }) => buildings.has(building))?.to;
  }

  /** Ends the stroke and transfers its buildings, after those of earlier strokes. */
  async finish() {
    const stroke = this.#stroke;
    this.#stroke = null;
    if (stroke?.buildings.size) await this.#queue.add(stroke);
    else this.#preview();
  }

  /** Removes the last stroke that is not sent yet; returns whether there was one. */
  undo() {
    return this.#queue.removeLast();
  }

  /* Colours the buildings of the strokes that the plan does not have yet. */
  #preview() {
    this.#layers.clearPreview();
    for (const { to, buildings } of [...this.#queue.strokes, ...(this.#stroke ? [this.#stroke] : [])])
      for (const code of buildings) this.#layers.previewBuilding(code, gridColour(to));
  }

  /** Ends the stroke without a transfer; returns whether there was one. */
  cancel() {
    const wasPainting = this.#stroke !== null;
    this.#stroke = null;
    this.#touched = null;
    this.#preview();
    return wasPainting;
  }
}

const distance = (a: PointerEvent, b: PointerEvent) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
