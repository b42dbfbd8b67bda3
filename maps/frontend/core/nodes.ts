/* Creates DOM elements from text; data never reaches the HTML parser. */

type Part = Node | string | null | undefined;

/** An element or text, or a list of them; null and undefined are left out. */
export type Content = Part | readonly Part[];

/** Text, true for an attribute without a value, false or null for none. */
export type Attributes = Record<string, string | number | boolean | null | undefined>;

const parts = (content: Content): (Node | string)[] =>
  (Array.isArray(content) ? (content as readonly Part[]) : [content as Part]).filter((part) => part != null);

/** node("td", {class: "n"}, "12") or node("tr", {}, [cell, cell]); text becomes a text node. */
export function node<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  content: Content = [],
): HTMLElementTagNameMap[Tag] {
  return complete(document.createElement(tag), attributes, content);
}

/** Returns an element of an SVG drawing, as `node` does for HTML. */
export function svgNode<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  content: Content = [],
): SVGElementTagNameMap[Tag] {
  return complete(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, content);
}

function complete<E extends Element>(element: E, attributes: Attributes, content: Content): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...parts(content));
  return element;
}

/** Returns a button that calls back when it is pressed. */
export function button(label: Content, pressed: (event: MouseEvent) => unknown, attributes: Attributes = {}) {
  const element = node("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", pressed);
  return element;
}

/** Replaces the content of an element. */
export const fill = (element: Element, content: Content) => element.replaceChildren(...parts(content));

/** Returns the element of the page with an id. Throws without one: the templates have every id. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}.`);
  return element;
}

/** A short message over the map. */
export interface Note {
  show(text: string): void;
}

/** Returns a note at the top of a map; `show` sets its text, and hides it without one. */
export function mapNote(map: L.Map): Note {
  const container = map.getContainer();
  const notes = container.querySelector(".map-notes") ?? container.appendChild(node("div", { class: "map-notes" }));
  const note = node("p", { role: "alert", hidden: true });
  notes.append(note);
  return {
    show(text) {
      note.textContent = text;
      note.hidden = !text;
    },
  };
}
