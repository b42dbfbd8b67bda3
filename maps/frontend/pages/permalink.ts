/* Permalinks: the URL fragment holds the view, for sharing, bookmarks and browser history. */

import { emit, listen } from "../core/events.ts";
import { LatestTask } from "../core/latest_task.ts";
import { mapNote, type Note } from "../core/nodes.ts";
import { hasDays } from "../core/recorded_days.ts";
import { config, homeBounds, mapStyle, state } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import type { Span } from "../core/types.ts";
import { divider } from "../map/compare.ts";
import { inView } from "../map/features_in_view.ts";
import { refreshLayers, tileZoom } from "../map/layer_registry.ts";
import { chooseLevel, followZoom, select, setBuildingList, setDay } from "../map/levels.ts";
import { setMeasure } from "../panels/measures.ts";
import { openPopup } from "../panels/pointer.ts";
import type { Table } from "../panels/table.ts";
import { viewText } from "./link_readers.ts";
import { type LinkValues, linkFamilies, readLink, type View } from "./link_values.ts";

const SHARED_ENTRY_MS = 1500; // milliseconds within which changes share one history entry

const LINKED_EVENTS = ["level", "measure", "selected", "filter", "day", "compare", "period"] as const;

const span = ({ from, to }: Span<string> | Span<number>): string | null =>
  from || to ? `${from ?? ""}~${to ?? ""}` : null;

/* Returns the state of the page as URL parameters; only those that differ from the defaults. */
function linkParams(map: L.Map): URLSearchParams {
  const { lat, lng } = map.getCenter();
  const entries: [name: string, value: string | null][] = [
    ["at", viewText(map.getZoom(), lat, lng)],
    ["on", state.on === config.on ? null : state.on],
    ["then", state.then],
    ["level", state.listsBuildings ? "building" : state.follows ? null : state.level],
    ["in", state.scope === (config.area ?? "") ? null : state.scope],
    ["measure", state.measure === "households" ? null : state.measure],
    ["built", span(state.built)],
    ["period", span(state.period)],
    ["heat", state.heat ? "1" : null],
    ["code", state.selected],
  ];
  const params = new URLSearchParams();
  for (const [name, value] of entries) {
    if (value != null) params.append(name, value);
  }
  for (const family of linkFamilies) {
    const hidden = [...state.hidden[family]];
    if (hidden.length) params.append(`not-${family}`, hidden.map(encodeURIComponent).join(","));
  }
  return params;
}

const withoutView = (text: string): string => text.replace(/(^|&)at=[^&]*/, "");

/** Keeps the URL and the state of the page the same, in both directions, from now on.

    Returns a function that returns the URL of what the page shows now. */
export function keepLink(map: L.Map, table: Table | null): () => string {
  const link = new Permalink(map, table);
  map.on("moveend", () => link.writeSoon());
  for (const subject of LINKED_EVENTS) listen(subject, () => link.writeSoon());
  window.addEventListener("popstate", () => link.read());
  for (const gesture of ["pointerdown", "wheel", "keydown"])
    window.addEventListener(gesture, () => link.hideNote(), { capture: true, passive: true });
  link.start();
  return () => link.current();
}

class Permalink {
  readonly #map: L.Map;
  readonly #table: Table | null;
  readonly #note: Note;
  readonly #reading = new LatestTask(() => this.#apply()); // the URL is not written while it is being applied
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastChange = -SHARED_ENTRY_MS;

  constructor(map: L.Map, table: Table | null) {
    this.#map = map;
    this.#table = table;
    this.#note = mapNote(map);
  }

  start(): void {
    if (location.hash.length > 1) {
      this.read();
      return;
    }
    this.#write();
    this.#lastChange = -SHARED_ENTRY_MS;
  }

  hideNote(): void {
    this.#note.show("");
  }

  writeSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), 200);
  }

  /** Writes a change that waits, and returns the URL. */
  current(): string {
    clearTimeout(this.#timer);
    this.#write();
    return location.href;
  }

  #write(): void {
    if (this.#reading.isRunning) return;
    const next = linkParams(this.#map).toString();
    const previous = location.hash.slice(1);
    if (next === previous) return;
    // Moving the map adds no history entry. Rapid changes, as in playback, share one entry.
    const isChange = withoutView(next) !== withoutView(previous);
    const addsEntry = previous && isChange && performance.now() - this.#lastChange > SHARED_ENTRY_MS;
    if (isChange) this.#lastChange = performance.now();
    history[addsEntry ? "pushState" : "replaceState"](null, "", `#${next}`);
  }

  /** Applies the URL; again if it changes meanwhile. */
  read(): void {
    this.#reading.run();
  }

  async #apply(): Promise<void> {
    const { values, unread } = readLink(this.#map, new URLSearchParams(location.hash.slice(1)));
    if (!(await applyLink(this.#map, this.#table, values))) unread.push("in");
    this.#note.show(unread.length ? translate("link_unread", { names: unread.join(", ") }) : "");
  }
}

/* Applies the values of a permalink; returns whether its area exists. */
async function applyLink(map: L.Map, table: Table | null, values: LinkValues): Promise<boolean> {
  const isOtherPeriod = applyFilters(values);
  showView(map, values.at);
  if (hasDays()) {
    setDay(values.on ?? config.on);
    divider!.set(values.then ?? null);
  }
  const isArea = table ? await table.restore(values.in ?? config.area ?? "") : true;
  if (values.at || !values.in) showView(map, values.at);
  else if (isArea && table) await table.goToScope();
  if (values.level === "building") setBuildingList();
  else if (values.level) chooseLevel(values.level);
  else followZoom();
  if (setMeasure && values.measure) setMeasure(values.measure);
  refreshLayers("buildings", "issues");
  emit("filter");
  if (isOtherPeriod) emit("period");
  selectFeature(map, values.code);
  return isArea;
}

/* Sets the filters, without an event; returns whether the period is another. */
function applyFilters(values: LinkValues): boolean {
  for (const family of linkFamilies) state.hidden[family] = values[`not-${family}`] ?? new Set();
  state.built = values.built ?? { from: null, to: null };
  state.heat = values.heat ?? false;
  const period = values.period ?? { from: null, to: null };
  const isOtherPeriod = span(period) !== span(state.period);
  state.period = period;
  return isOtherPeriod;
}

function showView(map: L.Map, view: View | undefined): void {
  if (view) map.setView([view[1], view[2]], view[0], { animate: false });
  else map.fitBounds(homeBounds(), { animate: false });
}

/* Selects the feature named in the URL and opens its popup when it is visible, unless another was selected since. */
async function selectFeature(map: L.Map, code: string | undefined): Promise<void> {
  map.closePopup();
  select(code ?? null);
  if (!code) return;
  if (tileZoom(map) < mapStyle.zooms.buildings) return;
  if (config.kind === "issues") {
    const issue = (await inView(map, "issues"))?.find(({ props }) => props.ref === code);
    if (issue && code === state.selected)
      openPopup(map, [{ layer: "issues", props: issue.props }], L.latLng(issue.lat, issue.lon));
    return;
  }
  const building = (await inView(map, "buildings"))?.find(({ props }) => props.code === code);
  if (building && code === state.selected)
    openPopup(map, [{ layer: "buildings", props: building.props }], L.latLng(building.lat, building.lon));
}
