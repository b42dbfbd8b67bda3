/* Modal dialogs; Escape cancels. */
"use strict";

(function (G) {
  /* Resolves to the chosen action, or null when cancelled. Enter chooses the first action. */
  G.dialog = (title, content, actions) => new Promise((resolve) => {
    const form = G.node("form", { method: "dialog" });
    const window_ = G.node("dialog", { "aria-labelledby": "dialog-title" }, form);
    const close = (action) => {
      window_.close();
      window_.remove();
      resolve(action);
    };
    G.fill(form, [
      G.node("h2", { id: "dialog-title" }, title),
      ...content,
      G.node("div", { class: "actions" }, [
        ...actions.map((action, at) => (at ? G.button(G.word(action), () => close(action)) : G.node("button", { type: "submit", class: "first" }, G.word(action)))),
        G.button(G.word("cancel"), () => close(null)),
      ]),
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      close(actions[0]);
    });
    window_.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(null);
    });
    document.body.append(window_);
    window_.showModal();
    form.querySelector("input, textarea, button")?.focus();
  });

  G.label_ = (text, field) => G.node("label", { class: "field" }, [text, field]);

  G.paragraph = (text) => G.node("p", {}, text);
})(window.Gridward);
