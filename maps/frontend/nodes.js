/* Creates DOM elements from text; data never reaches the HTML parser. */
"use strict";

(function (G) {
  /* node("td", {class: "n"}, "12") or node("tr", {}, [cell, cell]); text becomes a text node. */
  G.node = function (tag, attributes = {}, content = []) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...[content].flat().filter((part) => part != null));
    return element;
  };

  G.button = function (label, pressed, attributes = {}) {
    const element = G.node("button", { type: "button", ...attributes }, label);
    element.addEventListener("click", pressed);
    return element;
  };

  /* Returns a colour swatch, with stripes of another colour if `hatch` is one. */
  G.swatch = function (colour, kind = "", hatch = null) {
    const element = G.node("span", { class: `swatch ${kind}`, "aria-hidden": "true", "data-hatch": hatch });
    element.style.setProperty("--colour", colour);
    if (hatch) element.style.backgroundImage = `url(${G.hatchTile(hatch, colour).toDataURL()})`;
    return element;
  };

  /* Returns a note at the top of a map; `show` sets its text, and hides it without one. */
  G.mapNote = function (map) {
    const container = map.getContainer();
    const notes = container.querySelector(".map-notes") ?? container.appendChild(G.node("div", { class: "map-notes" }));
    const note = G.node("p", { role: "alert", hidden: true });
    notes.append(note);
    return {
      show(text) {
        note.textContent = text;
        note.hidden = !text;
      },
    };
  };

  G.fill = (element, content) => element.replaceChildren(...[content].flat().filter((part) => part != null));
})(window.Gridward);
