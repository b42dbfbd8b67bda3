/* Compares two dates on one map: the earlier one left of a divider, the date shown right of it. */

import { emit, listen } from "../core/events.ts";
import { button, node } from "../core/nodes.ts";
import { recordedDays } from "../core/recorded_days.ts";
import { mapStyle, state } from "../core/store.ts";
import { formatDay, translate } from "../core/texts.ts";
import { coverageChanges, earlierDay } from "./coverage_changes.ts";
import { inView, whenStill } from "./features_in_view.ts";
import { layers, type MapLayerName, refreshLayers, tileZoom, type VectorLayer } from "./layer_registry.ts";
import { vectorLayer } from "./layers.ts";

/** The layers that a comparison shows of both dates. */
const COMPARED: readonly MapLayerName[] = ["shade", "backdrop", "borders", "grids", "buildings", "names"];

/** Returns the layer visible at a location: left of the divider it is that of the earlier date. */
export function layerAt(map: L.Map, latlng: L.LatLngExpression, name: MapLayerName): VectorLayer | undefined {
  const earlier = layers[`then-${name}`];
  return earlier && divider && map.latLngToContainerPoint(latlng).x < divider.x() ? earlier : layers[name];
}

/** The comparison of the page; null where it cannot show other days. */
export let divider: Compare | null = null;

/** The button, the date field and the divider of the comparison. */
export class Compare {
  private readonly map: L.Map;
  private readonly button: HTMLButtonElement;
  private readonly field = earlierDateField();
  private readonly range = dividerSlider();
  private readonly earlierLabel = node("span", { class: "then" });
  private readonly laterLabel = node("span", { class: "now" });
  private readonly box = node("div", { class: "comparing", hidden: true }, [
    node("span", { class: "divider-line" }),
    this.earlierLabel,
    this.laterLabel,
    this.range,
  ]);

  constructor(map: L.Map, place: HTMLElement) {
    this.map = map;
    this.button = button(translate("compare_dates"), () => this.set(state.then ? null : earlierDay(state.on)), {
      class: "compare",
    });
    place.append(this.button, this.field);
    map.getContainer().after(this.box);
    this.listen();
    divider = this;
  }

  private listen() {
    const { map, field } = this;
    field.addEventListener("change", () => {
      if (field.value && field.validity.valid) this.set(field.value);
    });
    this.range.addEventListener("input", () => this.clip());
    map.on("move zoomend resize", () => this.clip());
    listen("day", () => this.update());
    for (const event of ["day", "compare"] as const) listen(event, () => this.findChanges());
    whenStill(map, () => {
      if (state.then) this.findChanges();
    });
    listen("layers", () => this.recreateEarlierLayers());
  }

  /** Sets the earlier date; null ends the comparison. */
  set(then: string | null) {
    const previous = state.then;
    if (then === previous) return;
    // biome-ignore lint/suspicious/noThenProperty: the date of a link's parameter; nothing awaits the state
    state.then = then;
    if (!then) this.removeEarlierLayers();
    else if (!previous) this.addEarlierLayers();
    else refreshLayers(...COMPARED.map((name) => `then-${name}` as const));
    this.update();
    emit("compare");
  }

  private addEarlierLayers() {
    for (const name of COMPARED) {
      const layer = layers[name];
      if (!layer || !this.map.hasLayer(layer)) continue;
      const earlier = vectorLayer(name, { isEarlier: true, zIndex: layer.options.zIndex });
      layers[`then-${name}`] = earlier;
      earlier.addTo(this.map);
    }
  }

  /** Creates the layers of the earlier date again after a layer was added to the map or removed. */
  private recreateEarlierLayers() {
    if (!state.then) return;
    this.removeEarlierLayers();
    this.addEarlierLayers();
    this.clip();
  }

  private removeEarlierLayers() {
    for (const name of COMPARED) {
      layers[`then-${name}`]?.remove();
      delete layers[`then-${name}`];
      const container = layers[name]?.getContainer();
      if (container) container.style.clip = "";
    }
  }

  /** Finds the buildings in view that gained or lost coverage, to highlight them on both sides. */
  private async findChanges() {
    const { then, on } = state;
    const showsBuildings = tileZoom(this.map) >= mapStyle.zooms.buildings;
    const [before, after] =
      then && showsBuildings ? await Promise.all([then, on].map((day) => inView(this.map, "buildings", day))) : [];
    if (then !== state.then || on !== state.on) return;
    state.changes = coverageChanges(before ?? [], after ?? []);
    refreshLayers("buildings");
  }

  /** Returns the position of the divider in pixels from the left. */
  x(): number {
    return (this.map.getSize().x * Number(this.range.value)) / 100;
  }

  /** Clips every layer at the divider. The layers move with the map, the divider does not. */
  private clip() {
    if (!state.then) return;
    this.box.style.setProperty("--x", `${this.range.value}%`);
    const { x, y } = this.map.getSize();
    const low = this.map.containerPointToLayerPoint([0, 0]);
    const high = this.map.containerPointToLayerPoint([x, y]);
    const cut = this.map.containerPointToLayerPoint([this.x(), 0]).x;
    for (const name of COMPARED) {
      const earlier = layers[`then-${name}`]?.getContainer();
      const later = layers[name]?.getContainer();
      if (!earlier) continue;
      earlier.style.clip = `rect(${low.y}px, ${cut}px, ${high.y}px, ${low.x}px)`;
      if (later) later.style.clip = `rect(${low.y}px, ${high.x}px, ${high.y}px, ${cut}px)`;
    }
  }

  private update() {
    const { then, on } = state;
    this.button.setAttribute("aria-pressed", String(Boolean(then)));
    this.field.hidden = this.box.hidden = !then;
    this.field.value = then ?? "";
    this.field.max = on;
    if (!then) return;
    this.earlierLabel.textContent = formatDay(then);
    this.laterLabel.textContent = formatDay(on);
    this.clip();
  }
}

const earlierDateField = () =>
  node("input", {
    type: "date",
    min: recordedDays().first,
    max: state.on,
    "aria-label": translate("earlier_date"),
    hidden: true,
  });

const dividerSlider = () =>
  node("input", {
    type: "range",
    class: "divider",
    min: 0,
    max: 100,
    step: 1,
    value: 50,
    "aria-label": translate("divider_position"),
  });
