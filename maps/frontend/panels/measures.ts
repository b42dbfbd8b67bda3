/* The choice of the figure that colours the grids. */

import { emit, listen } from "../core/events.ts";
import { button, byId, fill, node } from "../core/nodes.ts";
import { gridRows } from "../core/scope.ts";
import { state } from "../core/store.ts";
import { errorMessage, translate } from "../core/texts.ts";
import type { AreaProps, State } from "../core/types.ts";
import { quantileBounds } from "../map/choropleth.ts";
import { refreshLayers } from "../map/layer_registry.ts";

type Measure = State["measure"];

const MEASURES: readonly Measure[] = ["households", "buildings", "rate"];

/** Colours the grids by another figure; null where the page has no such choice. */
export let setMeasure: ((measure: Measure) => void) | null = null;

/** Adds the choice of the figure that colours the grids: households, buildings or coverage rate. */
export function measures(): void {
  const choice = new MeasureChoice();
  byId("content").prepend(...choice.elements);
  setMeasure = (measure) => choice.choose(measure);
  listen("day", () => choice.read());
  choice.read();
}

/** The buttons, whose class bounds are those of all grids of the page on the day shown. */
class MeasureChoice {
  readonly #box = node("div", { class: "levels measures", role: "group", "aria-label": translate("colour_grids_by") });
  readonly #note = node("p", { class: "note", role: "status", hidden: true });
  readonly elements = [node("h2", { class: "small" }, translate("colour_grids_by")), this.#box, this.#note];
  #rows: AreaProps[] = [];

  constructor() {
    this.#draw();
  }

  /** Reads the grids of the day shown; until then, and on an error, the bounds are the former ones. */
  async read(): Promise<void> {
    const { on } = state;
    try {
      const rows = await gridRows();
      if (on !== state.on) return; // superseded by a later day
      this.#rows = rows;
      this.#showError(null);
      this.choose(state.measure);
    } catch (error) {
      if (on === state.on) this.#showError(errorMessage(error));
    }
  }

  choose(measure: Measure) {
    state.measure = measure;
    state.classes = measure === "rate" ? [] : quantileBounds(this.#rows.map((row) => row[measure]));
    this.#draw();
    refreshLayers("shade", "buildings");
    emit("measure");
  }

  #draw() {
    const choices = MEASURES.map((name) =>
      button(translate(name), () => this.choose(name), { "aria-pressed": String(name === state.measure) }),
    );
    fill(this.#box, choices);
  }

  /* Shows that the classes of the colours are not those of the day, with a button that reads them again. */
  #showError(error: string | null) {
    this.#note.hidden = error === null;
    const retry = button(translate("try_again"), () => this.read(), { class: "more" });
    fill(this.#note, error === null ? [] : [`${translate("classes_failed", { reason: error })} `, retry]);
  }
}
