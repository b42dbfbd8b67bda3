/* The message over the map: errors, progress and results. */

import { button, byId, fill, node } from "../core/nodes.ts";
import { errorMessage, translate } from "../core/texts.ts";

/** Chooses the colour of a message. */
export type MessageKind = "" | "fault" | "working" | "done";

/** Shows a message, with a button or without, until the next one; "" hides it. */
export function showMessage(text: string, kind: MessageKind = "", action: HTMLButtonElement | null = null) {
  const element = byId("said");
  element.className = `said ${kind}`;
  element.hidden = !text;
  fill(
    element,
    text
      ? [node("span", {}, text), action, button("×", () => showMessage(""), { "aria-label": translate("close") })]
      : [],
  );
}

/** Returns the message of whatever was thrown, with the service's hint if it has one. */
export function errorText(error: unknown): string {
  const hint = error instanceof Error && "hint" in error ? error.hint : null;
  return [errorMessage(error), hint].filter(Boolean).join(" ");
}

/** Shows the message of an error, with its hint. */
export function showError(error: unknown) {
  showMessage(errorText(error), "fault");
}
