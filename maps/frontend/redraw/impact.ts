/* The impact of a plan: totals moved, transfers from grid to grid, and the distribution of grid sizes. */

import { listen } from "../core/events.ts";
import { getJson } from "../core/http.ts";
import { fill, node } from "../core/nodes.ts";
import { formatNumber, translate, translateValue } from "../core/texts.ts";
import { shortCode } from "./editor_state.ts";
import { errorText } from "./messages.ts";
import { plan } from "./plan.ts";
import type { GridMove, PlanImpact, SizeDistribution } from "./plan_types.ts";

const COUNTS = ["buildings", "households", "open_issues"] as const;

/** Shows the impact, which the service calculates for the current version of the plan. */
export class Impact {
  readonly #element: HTMLElement;
  /* The number of the last request: responses to earlier ones are outdated. */
  #lastRequest = 0;

  constructor(element: HTMLElement) {
    this.#element = element;
    listen("plan", () => this.#load());
    listen("tab", () => this.#load());
  }

  /* Requests the impact only while its tab is open. */
  async #load() {
    const request = ++this.#lastRequest;
    if (this.#element.hidden) {
      fill(this.#element, []); // so that the figures of an earlier version are not shown when it opens
      return;
    }
    if (!this.#element.children.length) this.#showText(translate("loading"));
    try {
      const impact = await getJson<PlanImpact>(`${plan.address}/impact`);
      if (request === this.#lastRequest) this.#draw(impact);
    } catch (error) {
      if (request === this.#lastRequest) this.#showText(errorText(error));
    }
  }

  #showText(text: string) {
    fill(this.#element, node("p", { class: "empty" }, text));
  }

  #draw({ total, moves, distribution_before: before, distribution_after: after }: PlanImpact) {
    if (!plan.json.communities.length) {
      this.#showText(translate("no_changes"));
      return;
    }
    const figures = COUNTS.map((key) =>
      node("div", {}, [node("dt", {}, translateValue("moved", key)), node("dd", {}, formatNumber(total[key]))]),
    );
    fill(this.#element, [
      node("dl", { class: "figures moving" }, figures),
      before && after ? distributionTable(before, after) : null,
      moves.length ? moveTable(moves) : null,
    ]);
  }
}

function distributionTable(before: SizeDistribution, after: SizeDistribution) {
  const row = (label: string, values: string[]) =>
    node("tr", {}, [node("th", { scope: "row" }, label), ...values.map((text) => node("td", { class: "n" }, text))]);
  const range = (values: SizeDistribution["buildings"]) => values.map(formatNumber).join(" – ");
  return node("table", {}, [
    node("caption", {}, translate("size_distribution")),
    tableHead("", translate("before"), translate("after")),
    node("tbody", {}, [
      row(translate("grids"), [formatNumber(before.grids), formatNumber(after.grids)]),
      row(translate("buildings"), [range(before.buildings), range(after.buildings)]),
      row(translate("households"), [range(before.households), range(after.households)]),
    ]),
  ]);
}

function moveTable(moves: GridMove[]) {
  const name = (code: string | null) => (code ? shortCode(code) : "–");
  const row = ({ from_code: from, to_code: to, counts }: GridMove) =>
    node("tr", {}, [
      node("th", { scope: "row" }, `${name(from)} → ${name(to)}`),
      ...COUNTS.map((key) => node("td", { class: "n" }, formatNumber(counts[key]))),
    ]);
  return node("table", {}, [
    node("caption", {}, translate("transfers")),
    tableHead(translate("from_to_grid"), ...COUNTS.map((key) => translate(key))),
    node("tbody", {}, moves.map(row)),
  ]);
}

function tableHead(...texts: string[]) {
  const cells = texts.map((text) => node("th", { scope: "col" }, text));
  return node("thead", {}, node("tr", {}, cells));
}
