/* The toolbar, the instruction line and the keyboard shortcuts. */

import { emit, listen } from "../core/events.ts";
import { button, fill, node } from "../core/nodes.ts";
import { config } from "../core/store.ts";
import { swatch } from "../core/swatches.ts";
import { translate, translateValue } from "../core/texts.ts";
import type { Brush } from "./brush.ts";
import {
  BRUSH_RADII,
  chooseTool,
  clearSelection,
  editor,
  gridColour,
  setBrushSize,
  shortCode,
  TOOL_KEYS,
  type Tool,
} from "./editor_state.ts";
import { isWithin } from "./event_target.ts";
import type { LineTool } from "./line_tool.ts";
import { applyOperation, attempt } from "./operations.ts";
import { isCoordinator } from "./permissions.ts";
import { plan } from "./plan.ts";

const TOOLS = Object.keys(TOOL_KEYS) as Tool[];

/* How many grids a tool needs. */
const REQUIRED_GRIDS: Record<Tool, number> = { look: 0, paint: 1, split: 1, border: 2, merge: 2 };

/** Draws the toolbar and the instruction line, and handles the shortcuts of both. */
export class Toolbar {
  readonly #element: HTMLElement;
  readonly #hint: HTMLElement;
  readonly #lineTool: LineTool;
  readonly #brush: Brush;
  /* Whether the comparison stays without its key held down. */
  #keepsComparing = false;

  constructor(element: HTMLElement, hint: HTMLElement, lineTool: LineTool, brush: Brush) {
    this.#element = element;
    this.#hint = hint;
    this.#lineTool = lineTool;
    this.#brush = brush;
    for (const event of ["mode", "picked", "plan", "compare", "line"] as const) listen(event, () => this.#draw());
    document.addEventListener("keydown", (event) => this.#onKeyDown(event));
    document.addEventListener("keyup", (event) => this.#onKeyUp(event));
    window.addEventListener("blur", () => this.#compare(this.#keepsComparing));
    this.#draw();
  }

  #draw() {
    const { json, hasEditable } = plan;
    const done = json.operations.length - json.undone_count;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.tool : undefined;
    fill(this.#element, [
      node("div", { class: "group", role: "group", "aria-label": translate("tools") }, offeredTools().map(toolButton)),
      isCoordinator()
        ? node("div", { class: "group", role: "group", "aria-label": translate("steps") }, [
            stepButton("undo", done, "Ctrl+Z", plan.isOpen, () => this.#undo()),
            stepButton("redo", json.undone_count, "Ctrl+Y", hasEditable, () => attempt(() => plan.redo())),
          ])
        : null,
      editor.tool === "paint" ? brushSizes() : null,
      button(translate("compare_in_force"), () => this.#toggleComparison(), {
        class: "compare",
        "aria-pressed": String(editor.comparing),
        "data-tool": "compare",
        title: translate("compare_hold"),
      }),
    ]);
    if (focused) this.#element.querySelector<HTMLElement>(`[data-tool="${focused}"]`)?.focus();
    this.#drawHint();
  }

  /* Shows what to do next with the current tool. */
  #drawHint() {
    const { selected } = editor;
    const names = selected.map(shortCode).join(" + ");
    fill(this.#hint, [
      ...selected.map((code) => swatch(gridColour(code))),
      names ? node("b", {}, names) : null,
      node("span", {}, hintText()),
      this.#finishButton(),
      selected.length || this.#lineTool.length ? button(translate("clear_selection"), () => this.#cancel()) : null,
    ]);
  }

  #finishButton() {
    const count = editor.selected.length;
    if (editor.tool === "merge" && count > 1) return button(translate("merge_grids", { count }), () => this.#finish());
    if (this.#lineTool.length > 1) return button(translate("finish_line"), () => this.#finish());
    return null;
  }

  async #finish() {
    if (editor.tool !== "merge") {
      await this.#lineTool.finish();
      return;
    }
    const codes = [...editor.selected].sort();
    if (codes.length > 1 && (await applyOperation({ kind: "merge", codes }, codes))) clearSelection();
  }

  /* Removes the last stroke that waits to be sent; without one, undoes the last step. */
  #undo() {
    if (!this.#brush.undo()) attempt(() => plan.undo());
  }

  /* Cancels the stroke or the line; without either, clears the selection. */
  #cancel() {
    if (!this.#brush.cancel() && !this.#lineTool.cancel()) clearSelection();
  }

  #toggleComparison() {
    this.#keepsComparing = !this.#keepsComparing;
    this.#compare(this.#keepsComparing);
  }

  #compare(comparing: boolean) {
    if (editor.comparing === comparing) return;
    editor.comparing = comparing;
    emit("compare");
  }

  #onKeyDown(event: KeyboardEvent) {
    if (isWithin(event, "input, textarea, dialog")) return;
    const letter = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (letter === "z" || letter === "y")) {
      event.preventDefault();
      if (event.shiftKey || letter === "y") attempt(() => plan.redo());
      else this.#undo();
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Escape") this.#cancel();
    else if (event.key === "Backspace" && this.#lineTool.length) this.#lineTool.removeLast();
    else if (event.key === "Enter" && !isWithin(event, "button, a, summary")) this.#finish();
    else if (letter === "c") this.#compare(true);
    else if (editor.tool === "paint" && "[]".includes(letter))
      setBrushSize(editor.brushSize + (letter === "[" ? -1 : 1));
    else chooseToolOf(letter);
  }

  #onKeyUp(event: KeyboardEvent) {
    if (event.key.toLowerCase() === "c") this.#compare(this.#keepsComparing);
  }
}

const toolButton = (tool: Tool) =>
  button(translateValue("tool", tool), () => chooseTool(tool), {
    "aria-pressed": String(editor.tool === tool),
    "aria-keyshortcuts": TOOL_KEYS[tool],
    "data-tool": tool,
    title: `${translateValue("tool", tool)} (${TOOL_KEYS[tool].toUpperCase()})`,
    disabled: tool !== "look" && !plan.hasEditable,
  });

const stepButton = (action: "undo" | "redo", count: number, keys: string, isOpen: boolean, pressed: () => unknown) =>
  button(`${translate(action)}${count ? ` (${count})` : ""}`, pressed, {
    disabled: !count || !isOpen,
    "data-tool": action,
    title: keys,
    "aria-keyshortcuts": keys.replace("Ctrl", "Control"),
  });

const brushSizes = () =>
  node(
    "div",
    { class: "group", role: "group", "aria-label": translate("brush_size") },
    BRUSH_RADII.map((_, index) =>
      button(translateValue("brush", index), () => setBrushSize(index), {
        "aria-pressed": String(editor.brushSize === index),
        "data-tool": `brush-${index}`,
        title: translate("brush_size_keys"),
      }),
    ),
  );

/* The tools for the role of the account: others than coordinators look only. */
const offeredTools = () => (isCoordinator() ? TOOLS : TOOLS.slice(0, 1));

function hintText() {
  if (!plan.communities.size) return translate("hint_open");
  if (!plan.grids.size) return translate(plan.isOpen ? "hint_create" : "no_grids");
  if (plan.isOpen && !plan.hasEditable)
    return translate("hint_out_of_reach", { login: config.account.login, reach: config.account.reach });
  const locked = editor.selected.find((code) => editor.locked.has(code));
  if (locked) return translate("hint_locked", { grid: shortCode(locked) });
  return translateValue(editor.selected.length < REQUIRED_GRIDS[editor.tool] ? "hint_pick" : "hint", editor.tool);
}

function chooseToolOf(letter: string) {
  const tool = TOOLS.find((name) => TOOL_KEYS[name] === letter);
  if (tool && (tool === "look" || plan.hasEditable)) chooseTool(tool);
}
