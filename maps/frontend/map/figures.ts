/* The figures of areas and grids that the choropleth and its labels show: tiles have none.

   They are requested by day, level and filter, so that another day needs no other tiles. */

import { dropOldest } from "../core/bounded_map.ts";
import { filterQuery, isFiltered, passesNone } from "../core/building_filter.ts";
import { dataClient } from "../core/data_client.ts";
import { listen } from "../core/events.ts";
import { mapNote, type Note } from "../core/nodes.ts";
import { config, embedded, state } from "../core/store.ts";
import { loadFailed } from "../core/texts.ts";
import type { AreaProps, Counts, LevelName } from "../core/types.ts";
import { showsGrids } from "./choropleth.ts";
import { whenStill } from "./features_in_view.ts";
import { refreshLayers } from "./layer_registry.ts";

const UNKNOWN: Counts = {
  buildings: null,
  covered: null,
  uncovered: null,
  rate: null,
  households: null,
  covered_households: null,
};
const MAX_SETS = 130; // days and filters whose figures are cached: the stops of the slider
const MAX_AGE = 60_000; // milliseconds after which figures are requested again

/** The figures of a day under a filter. */
interface FigureSet {
  key: string;
  /** When its first figures were requested, in milliseconds. */
  loadedAt: number;
  /** Figures by code. */
  rows: Map<string, AreaProps>;
  /** The bounds with figures, by level. */
  boxes: Map<LevelName, L.LatLngBounds>;
}

/** By day and filter. */
const loadedSets = new Map<string, FigureSet>();

/** The figures of the day shown and of the earlier day of a comparison. */
interface ShownSets {
  current?: FigureSet;
  earlier?: FigureSet;
}

let shown: ShownSets = {};

/** Whether the features of a layer already contain their figures, as in a stand-alone page. */
const isEmbedded = () => Boolean(embedded) && !isFiltered();

/** Returns the properties of an area or grid with its figures on a day; null while unknown.

    Until the figures of another day are loaded, the map shows those of the day before. */
export function withFigures(props: AreaProps, day: string): AreaProps {
  if (isEmbedded()) return props;
  const set = day === state.then ? shown.earlier : shown.current;
  const row = set?.rows.get(props.code);
  return { ...props, ...(row ? countsOf(row) : UNKNOWN) };
}

const countsOf = ({ buildings, covered, uncovered, rate, households, covered_households }: AreaProps) => ({
  buildings,
  covered,
  uncovered,
  rate,
  households,
  covered_households,
});

const shownLevel = (): LevelName => (showsGrids() ? "grid" : state.areaLevel);

const keyOf = (day: string) => JSON.stringify([day, filterQuery(), passesNone()]);

/** Returns the set of a day under the filter: a cached one, or an empty one. */
function setOf(day: string): FigureSet {
  const key = keyOf(day);
  let set = loadedSets.get(key);
  if (!set || performance.now() - set.loadedAt > MAX_AGE)
    set = { key, loadedAt: performance.now(), rows: new Map(), boxes: new Map() };
  loadedSets.delete(key);
  loadedSets.set(key, set);
  dropOldest(loadedSets, MAX_SETS);
  return set;
}

const clamp = (value: number, most: number) => Math.min(Math.max(value, -most), most);

/** Returns a box as west, south, east, north, without what lies beyond the world. */
const boxText = (box: L.LatLngBounds): string =>
  [clamp(box.getWest(), 180), clamp(box.getSouth(), 90), clamp(box.getEast(), 180), clamp(box.getNorth(), 90)].join(
    ",",
  );

const shownDays = (): string[] => [state.on, state.then].filter((day) => day != null);

/** `loaded` if the figures shown are those of the days, the filter, the level and the view. */
export type FiguresState = "loading" | "loaded" | "failed";

let currentState = (): FiguresState => "loaded"; // until there are figures to load

/** Returns whether the figures that the map shows are loaded. A map whose figures failed has no colours. */
export const figuresState = () => currentState();

/** Loads the figures of the areas and grids in view. */
export class Figures {
  private readonly map: L.Map;
  private readonly note: Note;
  private hasFailed = false;
  /** Identifies the latest request. */
  private latest: object | undefined;

  constructor(map: L.Map) {
    this.map = map;
    this.note = mapNote(map);
    for (const event of ["filter", "day", "compare", "level"] as const) listen(event, () => this.read());
    whenStill(map, () => this.read());
    currentState = () => this.state();
    this.read();
  }

  private state(): FiguresState {
    if (this.hasFailed) return "failed";
    return isEmbedded() || this.isComplete() ? "loaded" : "loading";
  }

  /** Whether the figures shown are those of the days, the filter, the level and the view. */
  private isComplete(): boolean {
    const sets = [shown.current, shown.earlier];
    return shownDays().every((day, index) => {
      const set = sets[index];
      return set?.key === keyOf(day) && this.covers(set);
    });
  }

  private covers(set: FigureSet): boolean {
    return Boolean(set.boxes.get(shownLevel())?.contains(this.map.getBounds()));
  }

  /** Loads what the view lacks, then shows all of it at once. */
  private async read() {
    const request = {};
    this.latest = request;
    this.hasFailed = false;
    const days = isEmbedded() ? [] : shownDays();
    const sets = days.map(setOf);
    try {
      await Promise.all(sets.map((set, index) => this.covers(set) || this.load(set, days[index])));
      if (request === this.latest) this.show({ current: sets[0], earlier: sets[1] }); // else superseded by a later request
    } catch (error) {
      if (request === this.latest) this.show({}, error);
    }
  }

  private async load(set: FigureSet, day: string) {
    const [level, box] = [shownLevel(), this.map.getBounds().pad(0.5)];
    const rows = await dataClient().rows(level, config.area ?? "", boxText(box), day);
    for (const row of rows) set.rows.set(row.code, row);
    set.boxes.set(level, box);
  }

  /** Shows sets of figures, or the error instead of any: a map without colours must say why. */
  private show(sets: ShownSets, error: unknown = null) {
    shown = sets;
    this.hasFailed = Boolean(error);
    this.note.show(error ? loadFailed(error) : "");
    refreshLayers("shade", "names");
  }
}
