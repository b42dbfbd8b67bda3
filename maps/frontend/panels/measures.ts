/* The choice of the figure that colours the grids. */

import { emit, listen } from "../core/events.ts";
import { button, byId, fill, node } from "../core/nodes.ts";
import { gridRows } from "../core/scope.ts";
import { state } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import type { AreaProps, State } from "../core/types.ts";
import { quantileBounds } from "../map/choropleth.ts";
import { refreshLayers } from "../map/layer_registry.ts";

type Measure = State["measure"];

const MEASURES: readonly Measure[] = ["households", "buildings", "rate"];

/** Colours the grids by another figure; null where the page has no such choice. */
export let setMeasure: ((measure: Measure) => void) | null = null;

/** Adds the choice of the figure that colours the grids: households, buildings or coverage rate. */
export async function measures(): Promise<void> {
  const box = node("div", { class: "levels measures", role: "group", "aria-label": translate("colour_grids_by") });
  byId("content").prepend(node("h2", { class: "small" }, translate("colour_grids_by")), box);
  let rows: AreaProps[] = [];
  const choose = (measure: Measure) => {
    state.measure = measure;
    state.classes = measure === "rate" ? [] : quantileBounds(rows.map((row) => row[measure]));
    fill(
      box,
      MEASURES.map((name) => button(translate(name), () => choose(name), { "aria-pressed": String(name === measure) })),
    );
    refreshLayers("shade", "buildings");
    emit("measure");
  };
  setMeasure = choose;
  const read = async () => {
    rows = await gridRows();
    choose(state.measure);
  };
  listen("day", () => read().catch(() => {})); // the table shows the error
  await read();
}
