/* Modal dialogs; Escape cancels. */

import { button, fill, node } from "../core/nodes.ts";
import { translate } from "../core/texts.ts";

/** Resolves to the chosen action, or null when cancelled. Enter chooses the first action. */
export const showDialog = <Action extends string>(
  title: string,
  content: readonly (Node | null)[],
  actions: readonly [Action, ...Action[]],
) =>
  new Promise<Action | null>((resolve) => {
    const form = node("form", { method: "dialog" });
    const element = node("dialog", { "aria-labelledby": "dialog-title" }, form);
    const close = (action: Action | null) => {
      element.close();
      element.remove();
      resolve(action);
    };
    fill(form, [
      node("h2", { id: "dialog-title" }, title),
      ...content,
      node("div", { class: "actions" }, [
        ...actions.map((action, index) =>
          index
            ? button(translate(action), () => close(action))
            : node("button", { type: "submit", class: "first" }, translate(action)),
        ),
        button(translate("cancel"), () => close(null)),
      ]),
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      close(actions[0]);
    });
    element.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(null);
    });
    document.body.append(element);
    element.showModal();
    form.querySelector<HTMLElement>("input, textarea, button")?.focus();
  });

/** Returns a form field with its label. */
export const labelledField = (label: string, field: HTMLElement) => node("label", { class: "field" }, [label, field]);

/** Returns a paragraph of a dialog. */
export const paragraph = (text: string) => node("p", {}, text);
