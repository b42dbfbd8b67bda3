/* The table element: headings that sort, rows to choose, and totals. */

import { button, fill, node } from "../core/nodes.ts";
import { config, state } from "../core/store.ts";
import { formatNumber, translate } from "../core/texts.ts";
import { rateColour } from "../map/choropleth.ts";
import {
  COMPARED_COLUMNS,
  type Column,
  cellText,
  isTextColumn,
  type SortOrder,
  secondLine,
  sortByCode,
  sortColumn,
  sortRows,
  type TableRow,
  totalText,
} from "./table_columns.ts";
import { listsBuildings, MOST_ROWS, type TableListing } from "./table_listing.ts";

/** What the table element reports. */
export interface TableViewEvents {
  /** The user chose another order; the rows are to be shown again. */
  sorted(): void;
  /** The user chose the row with a code. */
  chosen(code: string): void;
}

/** The table element. */
export class TableView {
  readonly element: HTMLElement;
  readonly #head = node("tr");
  readonly #body = node("tbody");
  readonly #foot = node("tfoot");
  readonly #events: TableViewEvents;
  #order: SortOrder = { column: config.kind === "grids" ? "households" : "uncovered", ascending: false };

  constructor(events: TableViewEvents) {
    this.#events = events;
    const caption = node("caption", { class: "unseen" }, translate(`table.${config.kind}`));
    const table = node("table", {}, [caption, node("thead", {}, this.#head), this.#body, this.#foot]);
    const attributes = {
      class: "rows",
      tabindex: "0",
      role: "region",
      "aria-label": translate(`table.${config.kind}`),
    };
    this.element = node("div", attributes, table);
  }

  /** Shows what the table lists. */
  show(listing: TableListing) {
    this.element.classList.toggle("compared", listing.columns === COMPARED_COLUMNS);
    this.element.classList.toggle("listed", listsBuildings(listing));
    fill(
      this.#head,
      listing.columns.map((column) => this.#heading(column, listing)),
    );
    fill(
      this.#body,
      this.#sorted(listing).map((row) => this.#row(row, listing)),
    );
    fill(this.#foot, totalRow(listing));
  }

  /** Removes rows and totals. */
  clear() {
    for (const part of [this.#body, this.#foot]) fill(part, []);
  }

  /** Marks the row of the selected feature; scrolls to it if asked to. */
  markSelected(scrolls: boolean) {
    for (const row of this.#body.rows) row.classList.toggle("chosen", row.dataset.code === state.selected);
    const row = this.#body.querySelector(".chosen");
    if (scrolls && row) this.#scrollTo(row);
  }

  /* Scrolls the table, but not the page: on a phone that would hide the map. */
  #scrollTo(row: Element) {
    const { top, bottom } = row.getBoundingClientRect();
    const first = this.#head.getBoundingClientRect().bottom;
    const last = this.#foot.getBoundingClientRect().top;
    if (top < first) this.element.scrollTop -= first - top;
    else if (bottom > last) this.element.scrollTop += bottom - last;
  }

  #sorted(listing: TableListing): TableRow[] {
    const { rows, columns, hasMore } = listing;
    if (hasMore) return sortByCode<TableRow>(rows); // the order of the pages
    const sorted = sortRows<TableRow>(rows, this.#orderOf(columns));
    return listsBuildings(listing) ? sorted : sorted.slice(0, MOST_ROWS);
  }

  /* Returns the order of rows with these columns: the chosen column may be none of them. */
  #orderOf(columns: readonly Column[]): SortOrder {
    return { ...this.#order, column: sortColumn(this.#order.column, columns) };
  }

  #heading(column: Column, { level, columns, hasMore }: TableListing) {
    const label = translate(column === "name" ? level : `column.${column}`);
    if (hasMore) return node("th", { scope: "col", class: column }, node("span", {}, label));
    const second = secondLine(column);
    const order = this.#orderOf(columns);
    const isSorted = order.column === column || order.column === second;
    const direction = isSorted ? (order.ascending ? "ascending" : "descending") : "none";
    return node("th", { scope: "col", "aria-sort": direction, class: column }, [
      this.#sortButton(column, label, order),
      second ? this.#sortButton(second, translate(`column.${second}`), order) : null,
    ]);
  }

  #sortButton(column: Column, label: string, order: SortOrder) {
    const attributes = { "data-column": column, class: column === order.column ? "sorted" : null };
    return button(label, () => this.#sortBy(column, order), attributes);
  }

  #sortBy(column: Column, { column: current, ascending }: SortOrder) {
    this.#order = { column, ascending: current === column ? !ascending : column === "name" };
    this.#events.sorted();
    this.#head.querySelector<HTMLElement>(`[data-column="${column}"]`)?.focus();
  }

  #row(row: TableRow, { columns, level }: TableListing) {
    const cells = columns.map((column) => (column === "name" ? nameCell(row, level) : cell(column, row)));
    const element = node("tr", { "data-code": row.code }, cells);
    element.addEventListener("click", () => this.#events.chosen(row.code));
    return element;
  }
}

function nameCell(row: TableRow, level: TableListing["level"]) {
  const name = cellText("name", row);
  return node("th", { scope: "row" }, [
    node("button", { type: "button", title: row.code }, name),
    level === "grid" && name !== row.code ? node("small", {}, row.code) : null,
  ]);
}

/* Returns the text of a cell, with that of its second line. */
function lines(column: Column, text: (column: Column) => string) {
  const second = secondLine(column);
  return second ? [text(column), node("small", { class: second }, text(second))] : text(column);
}

function cell(column: Column, row: TableRow) {
  const text = cellText(column, row);
  if (isTextColumn(column)) return node("td", { class: column }, text);
  if (column !== "rate")
    return node(
      "td",
      { class: `n ${column}` },
      lines(column, (line) => cellText(line, row)),
    );
  const rate = "rate" in row ? row.rate : null;
  const bar = node("span", { class: "bar-rate", "aria-hidden": "true" });
  bar.style.setProperty("--share", String(rate ?? 0));
  bar.style.setProperty("--colour", rateColour(rate));
  return node("td", { class: "n rate" }, [node("span", { class: "value" }, text), bar]);
}

function totalRow({ columns, total, count }: TableListing) {
  const label = translate(count == null ? "total_all" : "total", { count: formatNumber(count) });
  return node("tr", {}, [
    node("th", { scope: "row" }, label),
    ...columns.slice(1).map((column) =>
      node(
        "td",
        { class: `n ${column}` },
        lines(column, (line) => totalText(line, total)),
      ),
    ),
  ]);
}
