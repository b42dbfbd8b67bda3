/* The list of the steps of a plan. */

import { listen } from "../core/events.ts";
import { fill, node } from "../core/nodes.ts";
import { formatMoment, translate } from "../core/texts.ts";
import { plan } from "./plan.ts";
import { stepText } from "./step_text.ts";
import { setBadge } from "./tabs.ts";

/** Lists the steps, those that are undone included. */
export class Steps {
  readonly #element: HTMLElement;

  constructor(element: HTMLElement) {
    this.#element = element;
    listen("plan", () => this.#draw());
    this.#draw();
  }

  #draw() {
    const { operations, undone_count: undoneCount } = plan.json;
    setBadge("steps", operations.length - undoneCount);
    const items = operations.map((step) =>
      node("li", { class: step.undone ? "undone" : "" }, [
        node("b", {}, stepText(step.body)),
        node("small", {}, `${step.author} · ${formatMoment(step.created_at)}`),
      ]),
    );
    fill(
      this.#element,
      items.length
        ? node("ol", { class: "remarks steps" }, items)
        : node("p", { class: "empty" }, translate("no_steps")),
    );
  }
}
