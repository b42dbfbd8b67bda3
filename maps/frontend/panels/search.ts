/* The search box: results while typing, arrow keys and Enter to open one. */

import { coordinates } from "../core/coordinates.ts";
import { dataClient, serviceClient } from "../core/data_client.ts";
import { fill, node } from "../core/nodes.ts";
import { corners } from "../core/places.ts";
import { config } from "../core/store.ts";
import { loadFailed, translate, translateValue } from "../core/texts.ts";
import type { Datum, HitKind, SearchHit } from "../core/types.ts";
import { featuresAt } from "../map/features_at.ts";
import { whenDrawn } from "../map/layers.ts";
import { select } from "../map/levels.ts";
import { openPopup } from "./pointer.ts";
import { codeOf, contentsOf } from "./popup_cards.ts";

const PAUSE = 160; // milliseconds after the last key before the request
const CLOSE_DELAY = 150; // milliseconds after the box lost the focus
const PLACE_ZOOM = 16;

/* Other kinds of results fit the map. */
const ZOOMS: Partial<Record<HitKind, number>> = { building: 17, issue: 17, place: PLACE_ZOOM };

/* Other kinds have no layer of their own. */
const LAYERS: Partial<Record<HitKind, string>> = {
  building: "buildings",
  issue: "issues",
  grid: "grids",
  area: "areas",
};

const STEPS: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

const kindLabel = (kind: HitKind) => translate(kind === "manager" ? "property_manager" : kind);

/** What restricts the page to an area; returns whether it could. */
export interface AreaOpener {
  open(code: string): Promise<boolean>;
}

/** The search box of a page. */
export class Search {
  protected readonly input: HTMLInputElement;
  readonly #map: L.Map;
  readonly #table: AreaOpener | null;
  readonly #list: HTMLElement;
  #hits: readonly SearchHit[] = [];
  #index = -1; // of the hit chosen by the arrow keys
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** With a table, the choice of an area restricts the page to it. */
  constructor(map: L.Map, container: HTMLElement, table: AreaOpener | null = null) {
    this.#map = map;
    this.#table = table;
    this.input = container.querySelector("input")!;
    this.#list = container.querySelector<HTMLElement>("[role=listbox]")!;
    this.input.addEventListener("input", () => this.#wait());
    this.input.addEventListener("keydown", (event) => this.#press(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), CLOSE_DELAY));
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#request(), PAUSE);
  }

  async #request() {
    const query = this.input.value.trim();
    if (!query) {
      this.close();
      return;
    }
    try {
      const hits = coordinates(query) ?? (await this.find(query));
      if (query === this.input.value.trim()) this.#show(hits);
    } catch (error) {
      this.#showMessage(loadFailed(error));
    }
  }

  /** Returns what a query matches. */
  protected find(query: string): Promise<SearchHit[]> {
    return dataClient().find(query);
  }

  #show(hits: readonly SearchHit[]) {
    this.#hits = hits;
    this.#index = -1;
    if (!hits.length) {
      this.#showMessage(translate("no_results"));
      return;
    }
    fill(
      this.#list,
      hits.map((hit, index) => this.#option(hit, index)),
    );
    this.#open();
  }

  #showMessage(text: string) {
    this.#hits = [];
    fill(this.#list, node("li", { class: "none" }, text));
    this.#open();
  }

  #option(hit: SearchHit, index: number) {
    const option = node("li", { role: "option", id: `hit-${index}`, "aria-selected": "false" }, [
      node("span", { class: "hit-kind" }, kindLabel(hit.kind)),
      node("span", { class: "hit-name" }, hit.label ?? hit.name ?? hit.address ?? hit.code),
      node("span", { class: "hit-code" }, hit.datum ? translateValue("datum", hit.datum) : hit.code),
    ]);
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("click", () => this.go(hit));
    return option;
  }

  #press(event: KeyboardEvent) {
    if (event.key === "Escape") {
      this.close();
      return;
    }
    if (event.key === "Enter" && this.#hits.length) this.go(this.#hits[Math.max(this.#index, 0)]);
    const step = STEPS[event.key];
    if (!step || !this.#hits.length) return;
    event.preventDefault();
    this.#choose((this.#index + step + this.#hits.length) % this.#hits.length);
  }

  #choose(index: number) {
    this.#index = index;
    const options = [...this.#list.children];
    for (const [position, option] of options.entries())
      option.setAttribute("aria-selected", String(position === index));
    this.input.setAttribute("aria-activedescendant", `hit-${index}`);
    options[index].scrollIntoView({ block: "nearest" });
  }

  /** Shows a result on the map. */
  protected async go(hit: SearchHit): Promise<void> {
    this.close();
    this.input.value = hit.name ?? hit.code;
    if (hit.datum && config.service) {
      await this.#goToCoordinates(hit, hit.datum);
      return;
    }
    const target = L.latLng(hit.lat, hit.lon);
    if (!(await this.#enterArea(hit))) {
      this.#moveTo(hit, target);
      select(hit.code);
    }
    if (hit.kind === "neighborhood" || hit.kind === "manager")
      openPopup(this.#map, [{ layer: hit.kind, props: hit }], target);
    else whenDrawn(this.#map, () => this.#reveal(hit, target));
  }

  #moveTo(hit: SearchHit, target: L.LatLng) {
    const zoom = ZOOMS[hit.kind];
    if (zoom) this.#map.setView(target, Math.max(this.#map.getZoom(), zoom), { animate: false });
    else this.#map.fitBounds(corners(hit.bbox!), { maxZoom: 17, padding: [30, 30], animate: false });
  }

  /* Restricts the page to an area; returns whether it did. */
  async #enterArea(hit: SearchHit): Promise<boolean> {
    if (hit.kind !== "area" || !this.#table) return false;
    try {
      return await this.#table.open(hit.code);
    } catch (error) {
      this.#showMessage(loadFailed(error));
      return false;
    }
  }

  /* Zooms to coordinates of any datum and shows their grid and areas. */
  async #goToCoordinates({ lon, lat }: SearchHit, datum: Datum) {
    try {
      const result = await serviceClient().lookUp(lon, lat, datum);
      const target = L.latLng(result.lat, result.lon);
      this.#map.setView(target, Math.max(this.#map.getZoom(), PLACE_ZOOM), { animate: false });
      openPopup(this.#map, [{ layer: "place", props: { ...result, datum } }], target);
    } catch (error) {
      this.#showMessage(loadFailed(error));
    }
  }

  /* Opens the popup of a result, once its tile is rendered. */
  #reveal(hit: SearchHit, target: L.LatLng) {
    const contents = contentsOf(featuresAt(this.#map, target), LAYERS[hit.kind]);
    const index = contents.findIndex((content) => codeOf(content) === hit.code);
    if (index >= 0) openPopup(this.#map, contents, target, index);
  }

  #open() {
    this.#list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  protected close() {
    this.#list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
