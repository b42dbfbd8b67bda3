/* The panel of the issues page: counts by category and status, and filters. */

import { emit, listen } from "../core/events.ts";
import {
  allCategories,
  categoryColour,
  isPeriodCounted,
  issueRows,
  issueTotal,
  recountIssues,
  STATUSES,
} from "../core/issue_filter.ts";
import { button, fill, node } from "../core/nodes.ts";
import { mapStyle, state } from "../core/store.ts";
import { swatch } from "../core/swatches.ts";
import { formatNumber, loadFailed, translate, translateValue } from "../core/texts.ts";
import { refreshLayers } from "../map/layer_registry.ts";

type Family = "category" | "status";

/** Returns the number of issues of each value of a family, of those that the filter of the other family shows. */
export function countsOf(family: Family, names: readonly string[]): { name: string; count: number }[] {
  const other = family === "category" ? "status" : "category";
  const rows = issueRows().filter((row) => !state.hidden[other].has(row[other]));
  return names.map((name) => ({ name, count: issueTotal(rows.filter((row) => row[family] === name)) }));
}

/** The panel of the issues page. */
export class Counts {
  readonly #container: HTMLElement;
  readonly #categories = allCategories(); // the order does not change with the period
  #error = ""; // of the latest count

  constructor(container: HTMLElement) {
    this.#container = container;
    categoryColour(this.#categories[0]); // assigns the colours by the counts of the whole period
    listen("filter", () => this.#draw());
    listen("period", () => this.#recount());
    this.#draw();
  }

  async #recount() {
    try {
      await recountIssues();
      this.#error = "";
    } catch (error) {
      this.#error = loadFailed(error);
    }
    this.#changed(); // draws the counts, or the error
  }

  #draw() {
    const present = new Set(issueRows().map((row) => row.status));
    const statuses = STATUSES.filter((status) => present.has(status));
    fill(this.#container, [
      this.#overviewStyle(),
      this.#period(),
      this.#group("status", statuses, (status) => mapStyle.colours[status]),
      this.#group("category", this.#categories, categoryColour),
      this.#error ? node("p", { class: "note", role: "status" }, this.#error) : null,
    ]);
  }

  /* The choice between clusters and a heat map at low zoom. */
  #overviewStyle() {
    const choose = (heat: boolean) => {
      state.heat = heat;
      this.#changed();
      this.#container.querySelector<HTMLElement>(".manner [aria-pressed=true]")?.focus();
    };
    return node(
      "div",
      { class: "levels manner", role: "group", "aria-label": translate("overview_style") },
      [false, true].map((heat) =>
        button(translate(heat ? "heat_map" : "clusters"), () => choose(heat), {
          "aria-pressed": String(state.heat === heat),
        }),
      ),
    );
  }

  #period() {
    return node("fieldset", { class: "counts span" }, [
      node("legend", {}, translate("report_period")),
      dayField("from"),
      "–",
      dayField("to"),
    ]);
  }

  #group(family: Family, names: readonly string[], colour: (name: string) => string) {
    const counts = countsOf(family, names);
    const most = Math.max(1, ...counts.map(({ count }) => count));
    const all = button(translate("show_all"), () => this.#showAll(family), { class: "show-all" });
    return node("fieldset", { class: "counts" }, [
      node("legend", {}, translate(`by.${family}`)),
      state.hidden[family].size ? all : null,
      ...counts.map(({ name, count }) =>
        this.#row(family, name, colour(name), count, isPeriodCounted() ? count / most : 0),
      ),
    ]);
  }

  #row(family: Family, name: string, colour: string, count: number, share: number) {
    const isShown = !state.hidden[family].has(name);
    const box = node("input", { type: "checkbox", checked: isShown, "data-name": name });
    box.addEventListener("change", () => this.#toggle(family, name, box.checked));
    const bar = node("span", { class: "count-bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(share));
    bar.style.setProperty("--colour", colour);
    return node("label", { class: "count" }, [
      box,
      swatch(colour, "round"),
      node("span", { class: "count-name" }, translateValue(family, name)),
      bar,
      node("span", { class: "n" }, formatNumber(isPeriodCounted() ? count : null)),
    ]);
  }

  #toggle(family: Family, name: string, isShown: boolean) {
    if (isShown) state.hidden[family].delete(name);
    else state.hidden[family].add(name);
    this.#changed();
    this.#container.querySelector<HTMLElement>(`[data-name="${CSS.escape(name)}"]`)?.focus();
  }

  #showAll(family: Family) {
    state.hidden[family].clear();
    this.#changed();
  }

  #changed() {
    refreshLayers("issues");
    emit("filter");
  }
}

function dayField(end: "from" | "to") {
  const input = node("input", {
    type: "date",
    value: state.period[end],
    "aria-label": translate(`reported.${end}`),
    "data-name": end,
  });
  input.addEventListener("change", () => {
    if (!input.validity.valid) return;
    state.period = { ...state.period, [end]: input.value || null };
    emit("period");
  });
  return input;
}
