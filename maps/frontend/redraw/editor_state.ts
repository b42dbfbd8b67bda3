/* Editor state of the redraw page: the tool, and the selected and locked grids with their colours. */

import { emit } from "../core/events.ts";
import { mapStyle } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import { assignColours } from "./grid_colours.ts";
import { storedLocks, storeLocks } from "./locks.ts";
import { showMessage } from "./messages.ts";
import { plan } from "./plan.ts";

/** The keyboard shortcut of each tool. */
export const TOOL_KEYS = { look: "v", paint: "b", split: "s", border: "m", merge: "j" } as const;

/** `look` selects grids; the others change them. */
export type Tool = keyof typeof TOOL_KEYS;

/** What the parts of the editor share; each change is announced by an event. */
export interface EditorState {
  tool: Tool;
  /** The index of the size of the brush. */
  brushSize: number;
  /** The codes of the selected grids, in the order of selection. */
  selected: string[];
  /** The codes of the grids that no operation may change. */
  locked: Set<string>;
  /** Whether the map shows the borders in force over those of the plan. */
  comparing: boolean;
  /** By grid code. */
  colours: Map<string, string>;
}

/** The editor state of the page. */
export const editor: EditorState = {
  tool: "look",
  brushSize: 0,
  selected: [],
  locked: new Set(),
  comparing: false,
  colours: new Map(),
};

/** Changes the tool; keeps as much of the selection as the new tool can have. */
export function chooseTool(tool: Tool) {
  editor.tool = tool;
  if (tool !== "border" && tool !== "merge") editor.selected = editor.selected.slice(0, 1);
  showMessage("");
  emit("mode");
  emit("picked");
}

/** How far the brush reaches, in pixels, by size. */
export const BRUSH_RADII = [3, 14, 32] as const;

/** Returns how far the brush reaches, in pixels. */
export const brushRadius = () => BRUSH_RADII[editor.brushSize];

/** Sets the size of the brush; the smallest or largest for an index below or above. */
export function setBrushSize(index: number) {
  editor.brushSize = Math.min(Math.max(index, 0), BRUSH_RADII.length - 1);
  emit("mode");
}

const maxSelected = () => (editor.tool === "border" ? 2 : editor.tool === "merge" ? Infinity : 1);

/** Selects a grid, or adds it to the selection of a tool that needs several; there a second call removes it. */
export function selectGrid(code: string) {
  const { selected } = editor;
  if (selected.includes(code)) {
    if (maxSelected() > 1) editor.selected = selected.filter((other) => other !== code);
  } else if (selected.length < maxSelected()) editor.selected = [...selected, code];
  else editor.selected = [code];
  emit("picked");
}

/** Selects no grid. */
export function clearSelection() {
  editor.selected = [];
  emit("picked");
}

/** Locks the grids that the account locked before the page was loaded. */
export function restoreLocks() {
  editor.locked = storedLocks();
}

/** Locks a grid, or unlocks it; says so if that will be lost with the page. */
export function toggleLock(code: string) {
  if (!editor.locked.delete(code)) editor.locked.add(code);
  if (!storeLocks(editor.locked)) showMessage(translate("lock_not_stored"));
  emit("picked");
}

/** Updates the colours and the selection after the grids of the plan changed. */
export function updateGrids() {
  assignColours(editor.colours, plan.grids, mapStyle.gridColours);
  editor.selected = editor.selected.filter((code) => plan.grids.has(code));
}

/** Returns the colour of a grid; "" before the grids are drawn. */
export const gridColour = (code: string) => editor.colours.get(code) ?? "";

/** Returns a grid code without the community's code. */
export function shortCode(code: string) {
  const grid = plan.grids.get(code) ?? plan.gridsInForce.get(code);
  const community =
    grid?.properties.community_code ?? [...plan.communities].find((prefix) => code.startsWith(prefix)) ?? "";
  return code.slice(community.length);
}
