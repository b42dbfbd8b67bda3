/* The table of grids: select, lock, rename, and figures compared with the grids in force. */

import { listen } from "../core/events.ts";
import { button, fill, node } from "../core/nodes.ts";
import { swatch } from "../core/swatches.ts";
import { formatNumber, translate } from "../core/texts.ts";
import { emptyCommunity } from "./create_grids.ts";
import { labelledField, showDialog } from "./dialog.ts";
import { editor, gridColour, selectGrid, shortCode, toggleLock } from "./editor_state.ts";
import { applyOperation } from "./operations.ts";
import { plan } from "./plan.ts";
import type { PlanLayers } from "./plan_layers.ts";
import type { GridProps } from "./plan_types.ts";

const STEPS = new Map([
  ["ArrowDown", 1],
  ["ArrowUp", -1],
]);

/* By code of a grid with findings: whether one of them is an error. */
type FlaggedGrids = ReadonlyMap<string, boolean>;

/** Lists the grids of each open community, those that the plan removes included. */
export class GridTable {
  readonly #element: HTMLElement;
  readonly #layers: PlanLayers;

  constructor(element: HTMLElement, layers: PlanLayers) {
    this.#element = element;
    this.#layers = layers;
    for (const event of ["plan", "picked"] as const) listen(event, () => this.#draw());
    element.addEventListener("keydown", (event) => this.#moveFocus(event));
    this.#draw();
  }

  #draw() {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.grid : undefined;
    const flagged = flaggedGrids();
    const communities = [...plan.communities].sort();
    if (!communities.length) {
      fill(this.#element, node("p", { class: "empty" }, translate("hint_open")));
      return;
    }
    fill(
      this.#element,
      communities.flatMap((community) => this.#community(community, flagged)),
    );
    if (focused) this.#element.querySelector<HTMLElement>(`[data-grid="${CSS.escape(focused)}"]`)?.focus();
  }

  #community(community: string, flagged: FlaggedGrids) {
    const grids = plan.gridsOf(community).map(({ properties }) => properties);
    const removed = [...plan.gridsInForce.values()]
      .map(({ properties }) => properties)
      .filter((grid) => grid.community_code === community && !plan.grids.has(grid.code));
    const name = plan.communityNames.get(community) ?? community;
    const heads = ["grid", "buildings", "households"].map((key) => node("th", { scope: "col" }, translate(key)));
    const heading = node("h2", { class: "community" }, [
      button(name, () => this.#layers.fitCommunity(community), { title: translate("zoom_to") }),
      plan.isOpen && !plan.mayChange(community) ? node("span", { class: "tag" }, translate("out_of_reach")) : null,
      plan.json.communities.includes(community)
        ? node("span", { class: "tag" }, translate("community_changed"))
        : button("×", () => plan.close(community), {
            class: "close",
            title: translate("close_community"),
            "aria-label": `${translate("close_community")}: ${name}`,
          }),
    ]);
    if (!grids.length && !removed.length) return [heading, ...emptyCommunity(community)];
    return [
      heading,
      node("table", { class: "grid-rows" }, [
        node(
          "thead",
          {},
          node("tr", {}, [...heads, node("th", {}, node("span", { class: "unseen" }, translate("lock")))]),
        ),
        node("tbody", {}, [
          ...grids.map((grid) => this.#row(grid, flagged)),
          ...removed.map(({ code }) => removedRow(code)),
        ]),
      ]),
    ];
  }

  #row(grid: GridProps, flagged: FlaggedGrids) {
    const { code } = grid;
    return node("tr", { class: editor.selected.includes(code) ? "chosen" : "", "data-code": code }, [
      node("th", { scope: "row" }, this.#selectButton(grid, flagged)),
      countCell(grid, "buildings"),
      countCell(grid, "households"),
      node("td", { class: "row-tools" }, [
        button("", () => rename(grid), {
          class: "icon pen",
          title: translate("rename"),
          "aria-label": translate("rename_grid", { grid: shortCode(code) }),
          disabled: !plan.mayChange(grid.community_code),
        }),
        button("", () => toggleLock(code), {
          class: "icon padlock",
          "aria-pressed": String(editor.locked.has(code)),
          title: translate("lock"),
          "aria-label": translate("lock_grid", { grid: shortCode(code) }),
        }),
      ]),
    ]);
  }

  #selectButton(grid: GridProps, flagged: FlaggedGrids) {
    const { code } = grid;
    const element = button(
      [
        swatch(gridColour(code)),
        node("b", {}, shortCode(code)),
        editor.locked.has(code) ? node("span", { class: "tag" }, translate("locked")) : null,
        grid.name ? node("span", { class: "grid-name" }, plan.gridName(grid)) : null,
        flagged.has(code)
          ? node("span", { class: flagged.get(code) ? "flag error" : "flag", title: translate("has_findings") }, "!")
          : null,
      ],
      () => selectGrid(code),
      { class: "pick", "aria-pressed": String(editor.selected.includes(code)), "data-grid": code },
    );
    element.addEventListener("dblclick", () => this.#layers.fit([code]));
    return element;
  }

  /* Moves the focus with the arrow keys. */
  #moveFocus(event: KeyboardEvent) {
    const step = STEPS.get(event.key);
    const rows = [...this.#element.querySelectorAll<HTMLElement>(".pick")];
    const index = document.activeElement instanceof HTMLElement ? rows.indexOf(document.activeElement) : -1;
    if (!step || index < 0) return;
    event.preventDefault();
    rows[(index + step + rows.length) % rows.length].focus();
  }
}

function flaggedGrids(): FlaggedGrids {
  const flagged = new Map<string, boolean>();
  for (const { codes, is_error: isError } of plan.allFindings()) {
    for (const code of codes) flagged.set(code, flagged.get(code) || isError);
  }
  return flagged;
}

/* Returns a table cell: a figure and its difference from the grid in force. */
function countCell(grid: GridProps, key: "buildings" | "households") {
  const before = plan.gridsInForce.get(grid.code)?.properties[key];
  const change = before == null ? null : grid[key] - before;
  const text = change
    ? `${change > 0 ? "+" : "−"}${formatNumber(Math.abs(change))}`
    : before == null
      ? translate("new_grid")
      : null;
  return node("td", { class: "n" }, [formatNumber(grid[key]), text ? node("small", { class: "change" }, text) : null]);
}

const removedRow = (code: string) =>
  node("tr", { class: "gone" }, [
    node("th", { scope: "row" }, node("s", {}, shortCode(code))),
    node("td", { colspan: "3" }, translate("grid_removed")),
  ]);

async function rename({ code, name }: GridProps) {
  const field = node("input", { type: "text", maxlength: "200", value: name ?? "" });
  const chosen = await showDialog(
    translate("rename_grid", { grid: shortCode(code) }),
    [labelledField(translate("new_name"), field)],
    ["rename"],
  );
  const newName = field.value.trim();
  if (chosen && newName) await applyOperation({ kind: "rename", code, name: newName }, [code]);
}
