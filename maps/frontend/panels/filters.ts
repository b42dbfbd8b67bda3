/* The building filter: by management type or reason uncovered, year built, and use. */

import { isFiltered, KINDS, REASONS } from "../core/building_filter.ts";
import { emit, listen } from "../core/events.ts";
import { button, fill, node } from "../core/nodes.ts";
import { onScope, type ScopeFigures, scopeName } from "../core/scope.ts";
import { mapStyle, state } from "../core/store.ts";
import { formatNumber, translate, translateValue } from "../core/texts.ts";
import { inView, whenStill } from "../map/features_in_view.ts";
import { refreshLayers, tileZoom } from "../map/layer_registry.ts";

const standingLabel = (name: string) => (REASONS.includes(name) ? translate(name) : translateValue("manager", name));

const useLabel = (name: string) => (name ? translateValue("use", name) : translate("unknown"));

/** The panel of the building filter. */
export class Filters {
  readonly #map: L.Map;
  readonly #summary = node("summary");
  readonly #body = node("div", { class: "filter-body" });
  readonly #count = node("p", { class: "note filtered", role: "status" });
  #uses = new Set<string>();

  constructor(map: L.Map, container: HTMLElement) {
    this.#map = map;
    container.append(node("details", { class: "filters" }, [this.#summary, this.#body]), this.#count);
    whenStill(map, () => this.#addUsesInView());
    listen("filter", () => this.#draw());
    listen("day", () => this.#addUsesInView());
    onScope((figures) => this.#showCount(figures));
    this.#draw();
    this.#addUsesInView();
  }

  #draw() {
    const focused = document.activeElement;
    const focusedFilter = focused instanceof HTMLElement ? focused.dataset.filter : undefined;
    this.#summary.textContent = translate(isFiltered() ? "filter_on" : "filter");
    fill(this.#body, [
      this.#boxes("standing", [...KINDS, ...REASONS], standingLabel),
      this.#years(),
      this.#uses.size ? this.#boxes("use", [...this.#uses].sort(), useLabel) : null,
      isFiltered() ? button(translate("show_all"), () => this.#reset(), { class: "show-all" }) : null,
    ]);
    if (focusedFilter) this.#body.querySelector<HTMLElement>(`[data-filter="${CSS.escape(focusedFilter)}"]`)?.focus();
  }

  #boxes(family: "standing" | "use", names: readonly string[], label: (name: string) => string) {
    const hidden = state.hidden[family];
    return node("fieldset", {}, [
      node("legend", {}, translate(`by.${family}`)),
      ...names.map((name) => {
        const box = node("input", {
          type: "checkbox",
          checked: !hidden.has(name),
          "data-filter": `${family} ${name}`,
        });
        box.addEventListener("change", () => {
          if (box.checked) state.hidden[family].delete(name);
          else state.hidden[family].add(name);
          this.#changed();
        });
        return node("label", {}, [box, node("span", {}, label(name))]);
      }),
    ]);
  }

  #years() {
    return node("fieldset", { class: "span" }, [
      node("legend", {}, translate("built_year")),
      this.#yearField("from"),
      "–",
      this.#yearField("to"),
    ]);
  }

  #yearField(end: "from" | "to") {
    const input = node("input", {
      type: "number",
      min: 1800,
      max: 2200,
      value: state.built[end],
      placeholder: translate(`year.${end}`),
      "aria-label": translate(`built.${end}`),
      "data-filter": `built ${end}`,
    });
    input.addEventListener("change", () => {
      state.built[end] = input.value && input.validity.valid ? Number(input.value) : null;
      this.#changed();
    });
    return input;
  }

  #reset() {
    state.hidden.standing.clear();
    state.hidden.use.clear();
    state.built = { from: null, to: null };
    this.#changed();
  }

  #changed() {
    refreshLayers("buildings");
    emit("filter");
  }

  /* Shows how many buildings of the scope pass the filter. */
  #showCount(figures: ScopeFigures | null) {
    const values = { shown: formatNumber(figures?.buildings), area: scopeName() };
    this.#count.textContent = isFiltered() ? translate("filter_count", values) : "";
  }

  /* Offers the uses of the buildings in view, at zooms that show footprints. */
  async #addUsesInView() {
    const hasFootprints = tileZoom(this.#map) >= mapStyle.zooms.buildings;
    const buildings = hasFootprints ? await inView(this.#map, "buildings") : null;
    const uses = new Set([...this.#uses, ...(buildings ?? []).map(({ props }) => props.use ?? "")]);
    if (uses.size === this.#uses.size) return;
    this.#uses = uses;
    this.#draw();
  }
}
