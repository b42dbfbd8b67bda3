/* The buttons that end a plan: publish and discard a draft, revert what was published. */

import { listen } from "../core/events.ts";
import { Problem, postJson } from "../core/http.ts";
import { button, fill, node } from "../core/nodes.ts";
import { config } from "../core/store.ts";
import { formatMoment, translate } from "../core/texts.ts";
import { paragraph, showDialog } from "./dialog.ts";
import { showError, showMessage } from "./messages.ts";
import { isCoordinator } from "./permissions.ts";
import { plan } from "./plan.ts";
import type { Revision } from "./plan_types.ts";
import { discardPlan, publishPlan } from "./publish.ts";

/** Shows the buttons that the account may press. */
export class Endings {
  readonly #element: HTMLElement;
  /* The revision that reverted the plan since the page was loaded. */
  #revertedIn: number | null = null;

  constructor(element: HTMLElement) {
    this.#element = element;
    listen("plan", () => this.#draw());
    this.#draw();
  }

  #draw() {
    fill(this.#element, plan.isOpen ? draftButtons() : this.#publishedButtons());
  }

  #publishedButtons() {
    const { revision } = plan.json;
    if (revision === null || this.#revertedIn !== null || !isCoordinator() || !plan.isInReach) return [];
    return [button(translate("revert"), () => this.#revert(revision))];
  }

  async #revert(revision: number) {
    const text = paragraph(translate("revert_explained", { number: revision }));
    if (!(await showDialog(translate("revert_plan"), [text], ["revert"]))) return;
    try {
      await this.#send(revision, {});
    } catch (error) {
      if (error instanceof Problem && error.code === "leaves_no_grids") await this.#confirmEmpty(revision, error);
      else showError(error);
    }
  }

  /* The plan created the first grids of a community: asks whether it may be without any. */
  async #confirmEmpty(revision: number, problem: Problem) {
    if (!(await showDialog(translate("revert_plan"), [paragraph(problem.message)], ["revert_leave_empty"]))) return;
    try {
      await this.#send(revision, { leave_empty: true });
    } catch (error) {
      showError(error);
    }
  }

  async #send(revision: number, body: { leave_empty?: boolean }) {
    const address = `${config.urls.revisions}/${revision}/revert`;
    const { number, effective_at: effectiveAt } = await postJson<Revision>(address, body);
    this.#revertedIn = number;
    this.#draw();
    showMessage(translate("reverted_as", { number, day: formatMoment(effectiveAt) }), "done");
  }
}

function draftButtons() {
  const effective = plan.json.operations.length - plan.json.undone_count;
  return [
    plan.isInReach
      ? null
      : node("span", { class: "tag", title: translate("publish_out_of_reach") }, translate("out_of_reach")),
    button(translate("discard"), () => discardPlan()),
    plan.isInReach ? button(translate("publish"), () => publishPlan(), { class: "first", disabled: !effective }) : null,
  ];
}
