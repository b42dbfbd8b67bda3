/* Reads the parameters of a permalink: each is valid, or reported as one that cannot be read. */

import { isRecorded } from "../core/recorded_days.ts";
import { config, homeBounds } from "../core/store.ts";
import type { FilterFamily, LevelName, Span, State } from "../core/types.ts";
import { hasBuildings } from "../panels/building_list.ts";
import { list, oneOf, readDay, readYear, span, viewNumbers } from "./link_readers.ts";

/** The families of hidden values that a permalink has, each as `not-family`. */
export const linkFamilies: readonly FilterFamily[] = ["category", "status", "standing", "use"];

const MAX_LATITUDE = 85.06; // of the Web Mercator projection
const WITHIN = 4; // a view may lie this many times the size of the city beside it

/** Zoom, latitude and longitude. */
export type View = [zoom: number, lat: number, lon: number];

interface LinkParameters {
  at: View;
  on: string;
  then: string;
  level: LevelName | "building";
  in: string;
  measure: State["measure"];
  built: Span<number>;
  period: Span<string>;
  heat: true;
  code: string;
  "not-category": Set<string>;
  "not-status": Set<string>;
  "not-standing": Set<string>;
  "not-use": Set<string>;
}

/** The values of a permalink by parameter; those that are missing have their defaults. */
export type LinkValues = Partial<LinkParameters>;

type Readers = { [Name in keyof LinkParameters]: (text: string) => LinkParameters[Name] | undefined };

const recordedDay = (text: string): string | undefined => (readDay(text) && isRecorded(text) ? text : undefined);

/* Returns a view that lies near the city, at a zoom the map has. */
function readView(map: L.Map, text: string): View | undefined {
  const view = viewNumbers(text);
  if (!view) return undefined;
  const [zoom, lat, lon] = view;
  if (zoom < 0 || zoom > map.getMaxZoom() || Math.abs(lat) > MAX_LATITUDE || Math.abs(lon) > 180) return undefined;
  return L.latLngBounds(homeBounds()).pad(WITHIN).contains([lat, lon]) ? view : undefined;
}

const readers = (map: L.Map): Readers => ({
  at: (text) => readView(map, text),
  on: recordedDay,
  // biome-ignore lint/suspicious/noThenProperty: the name of a parameter in shared links; nothing awaits the readers
  then: recordedDay,
  level: oneOf<LevelName | "building">([...config.levels, ...(hasBuildings() ? (["building"] as const) : [])]),
  in: (text) => text,
  measure: oneOf<State["measure"]>(["households", "buildings", "rate"]),
  built: span(readYear),
  period: span(readDay),
  heat: (text) => text === "1" || undefined,
  code: (text) => text,
  "not-category": list,
  "not-status": list,
  "not-standing": list,
  "not-use": list,
});

/** Returns the values of a permalink by name, and the names of what cannot be read. */
export function readLink(map: L.Map, params: URLSearchParams): { values: LinkValues; unread: string[] } {
  const readerOf = readers(map);
  const values: LinkValues = {};
  const unread: string[] = [];
  const read = <Name extends keyof LinkParameters>(name: Name, text: string): boolean => {
    const value = readerOf[name](text);
    if (value !== undefined) values[name] = value;
    return value !== undefined;
  };
  for (const [name, text] of params) {
    if (!(isParameter(readerOf, name) && read(name, text))) unread.push(name);
  }
  return { values, unread };
}

const isParameter = (readerOf: Readers, name: string): name is keyof LinkParameters => Object.hasOwn(readerOf, name);
