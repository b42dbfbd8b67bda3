/* The trail above the table: the areas from that of the page down to the chosen one, and the button to follow the zoom. */

import { button, fill, node } from "../core/nodes.ts";
import { config, state } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import { followZoom } from "../map/levels.ts";
import { type AreaPath, stepsBelowPage } from "./area_path.ts";

/** The trail of the chosen area. */
export class AreaTrail {
  readonly element = node("nav", { class: "trail", "aria-label": translate("current_area") });
  readonly #leave: (steps: number) => void;

  /** `leave` chooses the area that is a number of steps below that of the page. */
  constructor(leave: (steps: number) => void) {
    this.#leave = leave;
  }

  /** Shows a path of areas. */
  show(path: AreaPath) {
    const pageButton = button(config.title, () => this.#leave(0));
    const steps = stepsBelowPage(path).map((area, index) => button(area.name, () => this.#leave(index + 1)));
    (steps.at(-1) ?? pageButton).setAttribute("aria-current", "true");
    const follow = button(translate("follow_zoom"), () => followZoom(), {
      "aria-pressed": String(state.follows && !state.listsBuildings),
      class: "follow",
      title: translate("follow_zoom_hint"),
    });
    fill(this.element, [node("span", {}, [pageButton, ...steps]), follow]);
  }
}
