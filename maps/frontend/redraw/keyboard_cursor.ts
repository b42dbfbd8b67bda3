/* A keyboard cursor on the map, moved by the arrow keys, for everything that the mouse can do. */

import { node } from "../core/nodes.ts";
import type { Brush } from "./brush.ts";
import { editor } from "./editor_state.ts";
import type { LineTool } from "./line_tool.ts";

type Direction = readonly [x: number, y: number];

const DIRECTIONS = new Map<string, Direction>([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, -1]],
  ["ArrowDown", [0, 1]],
]);
const STEP = 10; // pixels; a fifth of that with Shift
const MARGIN = 4; // pixels to the edge of the map

const clamp = (value: number, size: number) => Math.min(Math.max(value, MARGIN), size - MARGIN);

/** Clicks, draws and paints at a cursor by keyboard; any mouse button hides it. */
export class KeyboardCursor {
  readonly #map: L.Map;
  readonly #brush: Brush;
  readonly #lineTool: LineTool;
  readonly #element = node("div", { class: "cross", hidden: true, "aria-hidden": "true" });
  /* In pixels of the map; null while hidden. */
  #position: L.Point | null = null;

  constructor(map: L.Map, brush: Brush, lineTool: LineTool) {
    this.#map = map;
    this.#brush = brush;
    this.#lineTool = lineTool;
    const container = map.getContainer();
    container.append(this.#element);
    container.addEventListener("keydown", (event) => this.#onKey(event), true);
    container.addEventListener("blur", () => this.#hide());
    map.on("mousedown", () => this.#hide());
  }

  #hide() {
    this.#position = null;
    this.#element.hidden = true;
  }

  #onKey(event: KeyboardEvent) {
    if (event.target !== this.#map.getContainer() || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS.get(event.key);
    if (direction) this.#move(direction, event.shiftKey);
    else if (event.key === " " && this.#position) this.#press(this.#position);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #move([x, y]: Direction, isFine: boolean) {
    const size = this.#map.getSize();
    const length = isFine ? STEP / 5 : STEP;
    const target = this.#position ? this.#position.add([x * length, y * length]) : size.divideBy(2);
    const position = L.point(clamp(target.x, size.x), clamp(target.y, size.y));
    this.#position = position;
    this.#element.hidden = false;
    this.#element.style.transform = `translate(${position.x}px, ${position.y}px)`;
    this.#lineTool.stretchTo(this.#map.containerPointToLatLng(position));
  }

  /* Does what a click does with the current tool. */
  #press(position: L.Point) {
    const location = this.#map.containerPointToLatLng(position);
    if (editor.tool !== "paint") this.#lineTool.click(location);
    else {
      this.#brush.begin(location);
      this.#brush.finish();
    }
  }
}
