/* The sortable table of figures by level, within the chosen area. */

import { dataClient } from "../core/data_client.ts";
import { emit, listen } from "../core/events.ts";
import { button, fill, node } from "../core/nodes.ts";
import type { Corners } from "../core/places.ts";
import { config, homeBounds, mapStyle, state } from "../core/store.ts";
import { displayName, formatNumber, loadFailed, translate } from "../core/texts.ts";
import type { AreaProps, BuildingProps, LevelName, Located, Scope } from "../core/types.ts";
import { whenStill } from "../map/features_in_view.ts";
import { tileZoom } from "../map/layer_registry.ts";
import { chooseLevel, select, setBuildingList, setScope } from "../map/levels.ts";
import { type AreaPath, pathTo, pathUpTo, rootPath } from "./area_path.ts";
import { AreaTrail } from "./area_trail.ts";
import { hasBuildings, listMoreBuildings, showsBuildings } from "./building_list.ts";
import { openPopup } from "./pointer.ts";
import { type BuildingListing, listsBuildings, type TableListing, unlistedText } from "./table_listing.ts";
import { readRows } from "./table_rows.ts";
import { TableView } from "./table_view.ts";

/** The table, with the choices of its level and area. */
export class Table {
  readonly #map: L.Map;
  readonly #levels = node("div", { class: "levels", role: "group", "aria-label": translate("area_level") });
  readonly #trail = new AreaTrail((steps) => this.#leave(steps));
  readonly #view = new TableView({ sorted: () => this.#draw(), chosen: (code) => this.#choose(code) });
  readonly #note = node("p", { class: "note", role: "status" });
  #path: AreaPath = rootPath();
  #listing: TableListing | null = null; // null until the first rows are read
  #loading: Promise<void> = Promise.resolve();
  #latestRequest = 0;

  constructor(map: L.Map, container: HTMLElement) {
    this.#map = map;
    container.append(this.#levels, this.#trail.element, this.#view.element, this.#note);
    for (const name of ["level", "day", "compare", "filter"] as const) listen(name, () => this.#show());
    whenStill(map, () => {
      if (this.#isOutdated()) this.#show();
    });
    listen("selected", () => this.#markSelected());
  }

  get #listsBuildings(): boolean {
    return this.#listing !== null && listsBuildings(this.#listing);
  }

  /* Whether the view decides on the rows, or has changed what they are. */
  #isOutdated() {
    return this.#listing?.isPart || showsBuildings(this.#map) !== this.#listsBuildings;
  }

  #show() {
    this.#loading = this.#load();
  }

  async #load() {
    this.#latestRequest += 1;
    const request = this.#latestRequest;
    this.#drawLevels();
    this.#trail.show(this.#path);
    this.#note.textContent = this.#listing ? "" : translate("loading");
    try {
      const listing = await readRows(this.#map);
      if (request !== this.#latestRequest) return; // superseded by a later request
      this.#listing = listing;
      this.#draw();
    } catch (error) {
      if (request !== this.#latestRequest) return;
      this.#view.clear(); // those rows are of another area, day or filter
      this.#note.textContent = loadFailed(error);
    }
  }

  /* Lists the uncovered buildings of the scope, and shows the first of them unless one is in view. */
  async #listBuildings() {
    setBuildingList();
    await this.#loading;
    const listing = this.#listing;
    if (!listing || !listsBuildings(listing) || !listing.rows.length) return;
    const { dots } = mapStyle.zooms;
    const view = this.#map.getBounds();
    const isInView = tileZoom(this.#map) >= dots && listing.rows.some(({ lat, lon }) => view.contains([lat, lon]));
    if (!isInView) this.#zoomTo(listing.rows[0]);
  }

  #drawLevels() {
    const areBuildings = showsBuildings(this.#map);
    const options = config.levels.map((level) =>
      button(translate(level), () => chooseLevel(level), {
        "aria-pressed": String(!areBuildings && level === state.level),
      }),
    );
    if (hasBuildings())
      options.push(
        button(translate("building"), () => this.#listBuildings(), { "aria-pressed": String(areBuildings) }),
      );
    fill(this.#levels, options);
  }

  #draw() {
    const listing = this.#listing;
    if (!listing) return;
    this.#view.show(listing);
    this.#drawNote(listing);
    this.#markSelected();
    emit("listed", { level: listing.level });
  }

  #drawNote(listing: TableListing) {
    if (listsBuildings(listing) && listing.hasMore) this.#offerMore(listing);
    else this.#note.textContent = unlistedText(listing);
  }

  #offerMore({ rows, count }: BuildingListing) {
    const text = translate("listed_of", { shown: formatNumber(rows.length), count: formatNumber(count) });
    fill(this.#note, [`${text} `, button(translate("show_more"), () => this.#listMore(), { class: "more" })]);
  }

  async #listMore() {
    try {
      await listMoreBuildings();
      this.#show();
    } catch (error) {
      this.#note.textContent = loadFailed(error);
    }
  }

  #markSelected() {
    this.#view.markSelected(this.#listsBuildings);
  }

  #choose(code: string) {
    const listing = this.#listing;
    if (!listing) return;
    if (listsBuildings(listing)) {
      const building = listing.rows.find((row) => row.code === code);
      if (building) this.#showBuilding(building);
    } else {
      const area = listing.rows.find((row) => row.code === code);
      if (area) this.#enter(area, listing.level);
    }
  }

  /* Zooms to a row and, when it has parts, lists them. */
  async #enter(row: AreaProps, level: LevelName) {
    if (level !== "grid") {
      await this.#enterArea({ code: row.code, name: displayName(row), level });
      return;
    }
    const bounds = await this.#boundsOf("grid", row.code);
    select(row.code);
    this.#fit(bounds);
  }

  #showBuilding(row: Located<BuildingProps>) {
    const target = L.latLng(row.lat, row.lon);
    const hasFootprint = tileZoom(this.#map) >= mapStyle.zooms.buildings && this.#map.getBounds().contains(target);
    if (!hasFootprint) this.#zoomTo(row);
    openPopup(this.#map, [{ layer: "buildings", props: row }], target);
  }

  #zoomTo({ lat, lon }: { lat: number; lon: number }) {
    this.#map.setView([lat, lon], Math.max(tileZoom(this.#map), mapStyle.zooms.dots), { animate: false });
  }

  /* Zooms to an area and lists its parts. */
  async #enterArea(area: Scope) {
    const bounds = await this.#boundsOf("area", area.code);
    select(area.code);
    this.#path = pathTo(this.#path, area);
    setScope(area);
    this.#fit(bounds);
  }

  #fit(bounds: Corners | null) {
    if (bounds) this.#map.fitBounds(bounds, { maxZoom: 17, padding: [20, 20] });
  }

  /** Enters any area of the page; returns false for an area outside it. */
  async open(code: string): Promise<boolean> {
    if (!code.startsWith(config.area ?? "")) return false;
    const area = await dataClient().area(code);
    if (code === config.area || !area?.level || !config.levels.includes(area.level)) await this.#leave(0);
    else await this.#enterArea({ code, name: displayName(area), level: area.level });
    return true;
  }

  /** Restricts the table to the area of a permalink; "" is the whole city.

      Returns false if the page has no such area, or cannot read it; then it shows its own area. */
  async restore(code: string): Promise<boolean> {
    if (code === (this.#path.at(-1)?.code ?? "")) return true;
    const isOwnArea = code === (config.area ?? "");
    const scope = isOwnArea ? null : await readArea(code);
    this.#path = scope ? [...rootPath(), scope] : rootPath();
    setScope(scope);
    return isOwnArea || scope !== null;
  }

  /** Fits the map to the chosen area, as for a permalink without a view. */
  async goToScope(): Promise<void> {
    const { code } = state.area;
    const bounds = code ? await this.#boundsOf("area", code) : null;
    this.#map.fitBounds(bounds ?? homeBounds(), { animate: false, maxZoom: 17, padding: [20, 20] });
  }

  /* Goes back to the area that is a number of steps below that of the page. */
  async #leave(steps: number) {
    this.#path = pathUpTo(this.#path, steps);
    select(null);
    const scope = steps ? (this.#path.at(-1) ?? null) : null;
    setScope(scope);
    const bounds = scope ? await this.#boundsOf("area", scope.code) : null;
    this.#map.fitBounds(bounds ?? homeBounds());
  }

  /* Returns the bounds of a row; on an error shows it and returns null. */
  async #boundsOf(kind: "area" | "grid", code: string): Promise<Corners | null> {
    try {
      return await dataClient().place(kind, code);
    } catch (error) {
      this.#note.textContent = loadFailed(error);
      return null;
    }
  }
}

/* Returns an area of the page; null if it has none with the code, or cannot read it. */
async function readArea(code: string): Promise<Scope | null> {
  if (!code.startsWith(config.area ?? "")) return null;
  try {
    const area = await dataClient().area(code);
    return area?.level ? { code, name: displayName(area), level: area.level } : null;
  } catch {
    return null; // the link reader reports the code
  }
}
