/* The comments on a plan. */

import { listen } from "../core/events.ts";
import { getJson, postJson } from "../core/http.ts";
import { fill, node } from "../core/nodes.ts";
import { config } from "../core/store.ts";
import { formatMoment, translate } from "../core/texts.ts";
import { labelledField } from "./dialog.ts";
import { showError } from "./messages.ts";
import { plan } from "./plan.ts";
import type { PlanComment } from "./plan_types.ts";
import { setBadge } from "./tabs.ts";

/** Lists the comments, with a form to add one. */
export class Comments {
  readonly #list = node("ol", { class: "remarks" });
  readonly #field = node("textarea", { rows: "3", maxlength: "10000", required: true });
  readonly #address = `${plan.address}/comments`;

  constructor(element: HTMLElement) {
    const form = node("form", {}, [
      labelledField(translate("your_comment"), this.#field),
      node("button", { type: "submit" }, translate("add_comment")),
    ]);
    form.addEventListener("submit", (event) => this.#send(event));
    fill(element, [this.#list, config.account.role === "viewer" ? null : form]);
    listen("tab", () => this.#load());
    this.#load();
  }

  async #load() {
    try {
      this.#draw(await getJson<PlanComment[]>(this.#address));
    } catch (error) {
      showError(error);
    }
  }

  #draw(comments: PlanComment[]) {
    setBadge("comments", comments.length);
    fill(
      this.#list,
      comments.length
        ? comments.map(({ text, author, created_at: createdAt }) =>
            node("li", {}, [node("small", {}, `${author} · ${formatMoment(createdAt)}`), node("p", {}, text)]),
          )
        : node("li", { class: "empty" }, translate("no_comments")),
    );
  }

  async #send(event: Event) {
    event.preventDefault();
    try {
      await postJson<PlanComment>(this.#address, { text: this.#field.value });
      this.#field.value = "";
      await this.#load();
    } catch (error) {
      showError(error);
    }
  }
}
