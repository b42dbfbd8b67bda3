/* The message over the map: errors, progress and results. */

import { button, byId, fill, node } from "../core/nodes.ts";
import { translate } from "../core/texts.ts";

/** Chooses the colour of a message. */
export type MessageKind = "" | "fault" | "working" | "done";

/** Shows a message until the next one; "" hides it. */
export function showMessage(text: string, kind: MessageKind = "") {
  const element = byId("said");
  element.className = `said ${kind}`;
  element.hidden = !text;
  fill(
    element,
    text ? [node("span", {}, text), button("×", () => showMessage(""), { "aria-label": translate("close") })] : [],
  );
}

/** Returns the message of whatever was thrown. */
export const errorMessage = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Shows the message of an error, with the service's hint if it has one. */
export function showError(error: unknown) {
  const hint = error instanceof Error && "hint" in error ? error.hint : null;
  showMessage([errorMessage(error), hint].filter(Boolean).join(" "), "fault");
}
